import re
from importlib.util import find_spec
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ganlib.ui.components import live_chart
from tests.support.drawn import charts


def page():
    import numpy as np

    from ganlib.ui.components.live_chart import live_chart
    from ganlib.viz.curve_figures import metric_figure
    from ganlib.viz.curves import curves_info
    from ganlib.viz.metric_specs import LOSSES

    info = curves_info(np.arange(3), {"generator": np.array([3.0, 2.0, 1.0])})
    chart = metric_figure(LOSSES, info)
    live_chart(chart, "live_loss", 240, "Loss of the generator", "run")


def shown():
    live_chart._plotly_url.cache_clear()
    app = AppTest.from_function(page, default_timeout=60).run()
    return charts(app)[0]


def test_figure_travels_with_what_the_browser_needs():
    data = shown()
    assert data["key"] == "live_loss"
    assert data["alt"] == "Loss of the generator"
    assert data["height"] == 240
    assert data["figure"]["data"][0]["y"]["dtype"] == "f4"


def test_plotly_is_in_the_folder_that_is_served():
    path, package_version = shown()["plotly"].split("?v=")
    assert re.fullmatch(
        r"/component/ganlib\.ui\.components\.live_chart\.plotly/plotly\.min\.js", path
    )
    assert re.fullmatch(r"[\d.]+", package_version)
    assert (Path(find_spec("plotly").origin).parent / "package_data/plotly.min.js").is_file()


@pytest.mark.parametrize("base", ["some/base", "/some/base/"])
def test_plotly_is_asked_for_below_the_base_path(base, monkeypatch):
    option = st.get_option
    at_base = {"server.baseUrlPath": base}
    monkeypatch.setattr(st, "get_option", lambda name: at_base.get(name) or option(name))
    assert shown()["plotly"].startswith(
        "/some/base/component/ganlib.ui.components.live_chart.plotly/"
    )
