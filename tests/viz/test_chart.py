import base64
import json

import numpy as np

from ganlib.viz.chart import Chart
from ganlib.viz.curve_figures import metric_figure
from ganlib.viz.curves import curves_info
from ganlib.viz.metric_specs import LOSSES


def sent(chart):
    """As the browser reads it."""
    return json.loads(chart.json())


def unpacked(spec):
    return np.frombuffer(base64.b64decode(spec["bdata"]), {"i4": "<i4", "f4": "<f4"}[spec["dtype"]])


def test_payload_carries_numbers_as_four_bytes_each():
    x, y = np.array([1, 10_000_000]), np.array([0.5, -1.25])
    (trace,) = sent(Chart(({"x": x, "y": y, "name": "a"},), {}))["data"]
    assert trace["name"] == "a"
    assert trace["x"]["dtype"] == "i4"
    assert trace["y"]["dtype"] == "f4"
    np.testing.assert_array_equal(unpacked(trace["x"]), x)
    np.testing.assert_array_equal(unpacked(trace["y"]), y)


def test_payload_of_rows_and_columns_says_how_many() -> None:
    rows = np.arange(6, dtype=np.float32).reshape(2, 3)
    packed = sent(Chart(({"z": rows},), {}))["data"][0]["z"]
    assert packed["shape"] == "2, 3"
    decoded = np.frombuffer(base64.b64decode(packed["bdata"]), "<f4").reshape(2, 3)
    assert decoded.tolist() == rows.tolist()
    assert "shape" not in sent(Chart(({"x": rows[0]},), {}))["data"][0]["x"]


def test_payload_of_a_full_loss_chart_is_below_40_kB():
    draws = np.random.default_rng(0).standard_normal((2, 100_000)).astype(np.float32)
    series = {"discriminator": draws[0], "generator": draws[1]}
    info = curves_info(np.arange(1, 100_001), series, smoothing=0.9)
    payload = sent(metric_figure(LOSSES, info))
    assert len(payload["data"]) == 4
    # base64 of 4 traces of 600 points of 8 bytes are 25,600 characters; the rest is layout.
    assert 20_000 < len(json.dumps(payload)) < 40_000


def test_to_plotly_passes_plotlys_own_validation():
    info = curves_info(np.arange(3), {"generator": np.array([3.0, 2.0, 1.0])}, smoothing=0.5)
    figure = metric_figure(LOSSES, info).to_plotly(300)
    assert [trace.name for trace in figure.data] == ["generator", "generator"]
    assert figure.layout.height == 300
