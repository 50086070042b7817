"""Grids of small images, scaled with crisp pixels."""

import base64
import struct

from ganlib.ui.components.component import component

_COMPONENT = component("grid")


def image_grid(png: bytes, *, key: str, alt: str, caption: str) -> None:
    """Shows a PNG without smoothing, as wide as its column but at most about 560 pixels.

    The image is sent as a data URL: Streamlit's media store drops a file as soon as it is
    replaced, and a browser that requests it a moment later gets a 404. The <img> element stays
    the same across updates, so nothing flickers.

    Args:
        png: bytes of the file.
        key: unique on the page; the same key is the same image on every rerun.
        alt: one sentence on the image's content for screen readers.
        caption: shown below the image; empty for none.
    Raises:
        ValueError: the bytes are not a PNG file.
    """
    width, height = png_size(png)
    source = data_url(png)
    data = {"src": source, "width": width, "height": height, "alt": alt, "caption": caption}
    _COMPONENT(key=key, data=data)


def png_size(png: bytes) -> tuple[int, int]:
    """Returns width and height in pixels, read from the header.

    Raises:
        ValueError: the bytes are not a PNG file.
    Source: PNG specification, 5.2 (signature) and 11.2.2 (IHDR).
    """
    if len(png) < 24 or png[:8] != b"\x89PNG\r\n\x1a\n" or png[12:16] != b"IHDR":
        raise ValueError(f"An image grid must be a PNG file. Received: {png[:8]!r}.")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def data_url(png: bytes) -> str:
    """Returns a PNG as a data URL, which needs no second request; see `image_grid`."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
