"""Curves as a static picture."""

from xml.etree import ElementTree

import numpy as np
import pytest

from ganlib.viz.curve_svg import curves_svg, ticks
from ganlib.viz.curves import curves_info

SVG = "{http://www.w3.org/2000/svg}"


def test_a_line_runs_from_corner_to_corner() -> None:
    x = np.arange(0, 11)
    info = curves_info(x, {"generator": x / 10.0, "discriminator": 1 - x / 10.0})
    root = ElementTree.fromstring(curves_svg(info, "loss"))
    lines = [line.get("points", "").split() for line in root.iter(f"{SVG}polyline")]
    ends = [[tuple(map(float, line[at].split(","))) for at in (0, -1)] for line in lines]
    [(left, bottom), (right, top)], falling = ends
    assert left < right and top < bottom
    assert falling == [(left, top), (right, bottom)]
    names = {text.text for text in root.iter(f"{SVG}text")}
    assert {"generator", "discriminator", "loss", "step", "0.6", "10"} <= names


@pytest.mark.parametrize("values", [[], [2.0], [3.0, 3.0]])
def test_few_and_equal_values_have_a_picture(values: list[float]) -> None:
    info = curves_info(np.arange(len(values)), {"generator": np.array(values)})
    assert "nan" not in curves_svg(info, "loss")


def test_ticks_are_round_and_within_the_axis() -> None:
    assert ticks(0.0, 1.0) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert ticks(1.0, 8_000.0) == [2_000, 4_000, 6_000, 8_000]
    assert ticks(-0.03, 0.02) == pytest.approx([-0.03, -0.02, -0.01, 0, 0.01, 0.02])
