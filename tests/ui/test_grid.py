import base64
import io
import json

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from ganlib.ui.components.grid import png_size


def png(width, height):
    file = io.BytesIO()
    Image.new("L", (width, height)).save(file, "PNG")
    return file.getvalue()


def test_size_is_read_from_the_header():
    assert png_size(png(118, 30)) == (118, 30)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff" + 40 * b"\0"])
def test_refuses_what_is_not_a_png(content):
    with pytest.raises(ValueError, match="must be a PNG file"):
        png_size(content)


def page(content):
    from ganlib.ui.components.grid import image_grid

    image_grid(content, key="grid", alt="four digits", caption="step 1,200")


def test_the_picture_travels_whole_and_not_through_the_media_store():
    content = png(12, 8)
    app = AppTest.from_function(page, default_timeout=60, args=(content,)).run()
    assert not app.exception
    data = json.loads(app.get("bidi_component")[0].proto.json)
    head, body = data["src"].split(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == content
    assert (data["width"], data["height"]) == (12, 8)
    assert (data["alt"], data["caption"]) == ("four digits", "step 1,200")
