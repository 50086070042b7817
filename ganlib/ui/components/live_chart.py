"""The Plotly component of all charts that are updated while they are shown.

`st.plotly_chart` builds a new DOM node whenever its data change, which loses zoom and
hover. This component keeps its node and passes new data to `Plotly.react`.
"""

import json
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import streamlit as st
from streamlit.components.v1 import declare_component

from ganlib.ui.components.component import component
from ganlib.viz.chart import Chart

# Not isolated: Plotly adds its style sheet to the document's head, which does not apply inside
# a shadow root.
_COMPONENT = component("live_chart", isolate_styles=False)


def live_chart(
    chart: Chart,
    key: str,
    height: int,
    alt: str,
    revision: str,
    link: str = "",
    cursor_link: str = "",
) -> None:
    """Shows a chart, which keeps zoom, hover and hidden curves across updates.

    Args:
        chart: data and layout.
        key: unique on the page; the same key is the same chart on every rerun.
        height: pixels.
        alt: one sentence on the chart's content for screen readers.
        revision: zoom and hidden curves are kept for as long as this stays the same, such as the
            id of the run.
        link: charts with the same link share the zoom of their x axes; empty for none.
        cursor_link: a time slider with this link moves the vertical line; empty for no line.
    """
    place = {"key": key, "height": height, "alt": alt, "revision": revision}
    head = {"plotly": _plotly_url(), **place, "link": link, "cursor_link": cursor_link}
    # Bytes, because Streamlit would convert a dictionary to JSON twice for every session.
    data = json.dumps(head).encode() + b"\n" + chart.json()
    _COMPONENT(key=key, data=data, height=height)


def preload_charts() -> None:
    """Makes the browser load Plotly's library before the first chart is shown."""
    head = json.dumps({"plotly": _plotly_url()}).encode()
    _COMPONENT(key="preload_charts", data=head, height=1)


@cache
def _plotly_url() -> str:
    """Makes the server serve plotly.js from the installed package, and returns its address.

    Declaring a component of Streamlit's first API is the public way to serve a folder; this one
    is never mounted. The server registers it only during the run of a page, so it is not
    declared when this module is imported.
    """
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'plotly'", name="plotly")
    served = declare_component("plotly", path=Path(spec.origin).parent / "package_data")
    base = st.get_option("server.baseUrlPath").strip("/")
    prefix = f"/{base}" if base else ""
    return f"{prefix}/component/{served.name}/plotly.min.js?v={quote(version('plotly'))}"
