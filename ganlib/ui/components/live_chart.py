"""The one Plotly component for every chart that changes while somebody looks at it.

`st.plotly_chart` builds a new DOM node whenever its data change, which loses zoom and
hover. This component keeps its node and hands new data to `Plotly.react`.
"""

import json
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import streamlit as st
from streamlit.components.v1 import declare_component

from ganlib.ui.components.component import component
from ganlib.viz.chart import Chart

# Not isolated: Plotly puts its style sheet into the document's head, where a shadow
# root would not see it.
_COMPONENT = component("live_chart", isolate_styles=False)
# Pixels between charts below one another, also in the style sheet.
_GAP = 16


class Shown(NamedTuple):
    """A chart on the page.

    Args:
        chart: what to draw; the same `uirevision` keeps the zoom, another one drops it.
        key: unique on the page; the same key is the same chart on every rerun.
        height: pixels; takes the place of the chart's own.
        alt: what the chart shows, in a sentence, for those who cannot see it.
        link: charts of the same link look at the same part of x; none for a chart alone.
    """

    chart: Chart
    key: str
    height: int
    alt: str
    link: str = ""


def live_charts(*shown: Shown) -> None:
    """Shows charts below one another, which keep their zoom, hover and hidden curves.

    What one more of them costs at every look is its data alone.
    """
    told = [
        {"key": one.key, "height": one.height, "alt": one.alt, "link": one.link} for one in shown
    ]
    head = json.dumps({"plotly": _plotly_url(), "charts": told}).encode()
    # Lines of JSON and no dictionary, of which Streamlit would make JSON twice for every session.
    lines = b"\n".join((head, *(one.chart.json() for one in shown)))
    height = sum(one.height for one in shown) + _GAP * (len(shown) - 1)
    _COMPONENT(key=shown[0].key, data=lines, height=height)


@cache
def _plotly_url() -> str:
    """Has the server serve plotly.js out of the installed package, and says where.

    Declaring a component of the first kind is the public way to have a folder served;
    it is never mounted. It must be declared from within a page's run, or the server
    does not hear of it, hence not when this module is imported.
    """
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'plotly'", name="plotly")
    served = declare_component("plotly", path=Path(spec.origin).parent / "package_data")
    base = st.get_option("server.baseUrlPath").strip("/")
    prefix = f"/{base}" if base else ""
    return f"{prefix}/component/{served.name}/plotly.min.js?v={quote(version('plotly'))}"
