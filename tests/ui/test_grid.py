import base64
import io
import json

from PIL import Image
from streamlit.testing.v1 import AppTest


def png(width, height):
    file = io.BytesIO()
    Image.new("L", (width, height)).save(file, "PNG")
    return file.getvalue()


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
    assert (data["alt"], data["caption"]) == ("four digits", "step 1,200")
