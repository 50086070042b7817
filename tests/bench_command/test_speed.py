"""`python -m ganlib bench`: one real, short measurement, and every mistake."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ganlib.bench.results import HEADING, RecipeSpeed, Speed, as_json, row
from ganlib.cli import main
from ganlib.viz import colours
from ganlib.viz.speeds import speeds_figure
from tests.support import ROOT


@pytest.mark.slow
def test_a_short_measurement(tmp_path: Path) -> None:
    chart = tmp_path / "speeds.html"
    short = ("--repeats", "2", "--seconds", "1")
    command = [sys.executable, "-m", "ganlib", "bench", "toy/gaussian-vector", *short, "--json"]
    done = subprocess.run(
        [*command, "--chart", str(chart)],
        cwd=ROOT,
        env={**os.environ, "GANLIB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {"processor", "tensorflow", "keras"} <= set(found["machine"])
    [only] = found["recipes"]
    assert only["recipe"] == "toy/gaussian-vector"
    assert only["precision"] == "float32"
    for name in ("book", "float32", "default", "peak_float32"):
        assert len(only[name]["repeats"]) == 2
        assert 0 < only[name]["low"] <= only[name]["median"] <= only[name]["high"]
    pairs = zip(only["default"]["repeats"], only["book"]["repeats"], strict=True)
    ratios = [ours / book for ours, book in pairs]
    assert only["ratio_default"]["repeats"] == pytest.approx(ratios)
    # Whatever the machine: many updates in one call are quicker than Python's way.
    assert only["ratio_default"]["median"] > 2
    rate = only["gflop"] * only["float32"]["median"]
    assert only["share_float32"] == pytest.approx(rate / only["peak_float32"]["median"])
    assert chart.read_text().count("gaussian-vector")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sngan"], "bench takes toy/gaussian-vector, "),
        (["--repeats", "0"], "--repeats and --seconds take a whole number from 1 to 1,000."),
        (["--seconds", "1.5"], "--repeats and --seconds take a whole number from 1 to 1,000."),
        (["--chart", "/no/such/folder/a.html"], "--chart must be a file in a folder that exists."),
    ],
)
def test_invalid_arguments(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    [line] = printed.err.splitlines()
    assert line.startswith(said)
    assert repr(arguments[-1]) in line


FOUND = RecipeSpeed(
    "mnist/dcgan",
    "MNIST",
    128,
    "CPU",
    "mixed_bfloat16",
    book=Speed((1.0, 2.0, 4.0)),
    float32=Speed((2.0, 6.0, 8.0)),
    default=Speed((3.0, 8.0, 20.0)),
    gflop=80.0,
    gflop_done=40.0,
    peak_float32=Speed((480.0, 960.0, 960.0)),
    peak_default=Speed((1280.0,) * 3),
)


def test_ratios_are_within_a_repeat() -> None:
    assert FOUND.default.over(FOUND.book).of_repeats == (3.0, 4.0, 5.0)
    assert FOUND.ratios() == (1.0, 2.0, 4.0)
    assert FOUND.share_float32 == pytest.approx(80 * 6 / 960)
    assert FOUND.share_default == pytest.approx(80 * 8 / 1280)
    assert as_json(FOUND)["share_default_done"] == pytest.approx(0.25)


def test_a_row_has_a_cell_for_each_heading() -> None:
    cells = dict(zip(HEADING, row(FOUND), strict=True))
    assert cells["BOOK'S LOOP"] == "2 (1 to 4)"
    assert cells["RATIO"] == "4x (3 to 5)"
    assert cells["OF PEAK, DEFAULT"] == "0.50 of 1,280 GFLOP/s"


def test_the_chart_keeps_the_colours_of_real_and_generated_free() -> None:
    chart = speeds_figure(["a", "b"], [(1.0, 2.0, 3.0), (1.0, 4.0, 5.0)])
    assert [trace["y"] for trace in chart.traces] == [[1.0, 1.0], [2.0, 4.0], [3.0, 5.0]]
    used = {trace["marker"]["color"] for trace in chart.traces}
    assert not used & {colours.REAL, colours.GENERATED, colours.DISCRIMINATOR}
    assert chart.to_plotly().layout.yaxis.type == "log"
