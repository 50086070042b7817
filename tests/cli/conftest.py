"""Runs the command line within the test's process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ganlib.cli import main
from tests.support.processes import Said


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of runs, which no test here makes by itself."""
    monkeypatch.setenv("GANLIB_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def command(runs: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def run(*argv: str) -> Said:
        capfd.readouterr()
        code = main(argv)
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return run
