"""One's own data from the command line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.support.processes import Said

SMALL = ("--set", "generator_layers=1", "--set", "generator_units=8", "--set", "batch_size=16")
OWN = ("--set", "target=own", "--set", "own_table=heights.csv", "--set", "own_columns=height")


@pytest.fixture
def heights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "heights.csv"
    values = np.random.default_rng(0).normal(170, 8, 400)
    path.write_text("\n".join(["height", *map(str, values)]))
    monkeypatch.chdir(tmp_path)
    return path


def test_a_run_finds_its_table_and_notices_a_change(
    command: Callable[..., Said], heights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = command("train", "toy/scalar", *SMALL, *OWN, "--steps", "20", "--json")
    assert said.code == 0
    assert said.json["metrics"]["real_mean"] == pytest.approx(170, abs=2)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    run_id = said.json["run_id"]
    assert command("resume", run_id, "--steps", "30", "--json").code == 0
    heights.write_text(heights.read_text() + "\n171")
    said = command("resume", run_id, "--steps", "40", "--json")
    assert said.code == 2
    assert "heights.csv has changed since these settings were saved." in said.err
    heights.unlink()
    said = command("resume", run_id, "--steps", "50", "--json")
    assert said.code == 2
    assert "heights.csv cannot be read: No such file" in said.err


def test_mistakes_end_with_one_line_and_no_run(
    command: Callable[..., Said], heights: Path, runs: Path
) -> None:
    for more in (("own_columns=width",), ("own_table=gone.csv",), ("own_table=",)):
        given = {"target": "own", "own_table": "heights.csv", "own_columns": "height"}
        given |= dict(one.split("=") for one in more)
        pairs = [part for pair in given.items() for part in ("--set", "=".join(pair))]
        said = command("train", "toy/scalar", *SMALL, *pairs)
        assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert not runs.exists() or not list(runs.iterdir())
