"""Grids of small images, scaled with crisp pixels."""

import base64

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
    """
    _COMPONENT(key=key, data={"src": data_url(png), "alt": alt, "caption": caption})


def data_url(png: bytes) -> str:
    """Returns a PNG as a data URL, which needs no second request; see `image_grid`."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
