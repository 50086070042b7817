"""The example of the README does what it says, in a script and in a real notebook kernel."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import ganlib
from tests.support import ROOT
from tests.support.processes import wait_until


@pytest.mark.slow
def test_the_example_runs_as_a_script(example: str, tmp_path: Path) -> None:
    script = example + (
        "import json\n"
        "print(json.dumps([run.state, len(run.metrics), len(run.scores), best == run,"
        " list(samples.shape), list(model.output_shape), list(model.input_shape)]))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GANLIB_RUNS": "runs"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    state, rows, scored, is_best, samples, output, latent = json.loads(done.stdout)
    assert (state, rows, is_best) == ("finished", 2_000, True)
    assert scored > 1
    assert samples[1:] == output[1:] == [1]
    assert len(latent) == 2
    # A script shows no progress bar unless it asks for one.
    assert "steps/s" not in done.stderr


@pytest.mark.slow
def test_the_example_runs_in_a_notebook(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("GANLIB_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    start, rest = example.split("run.wait()")
    rename = "from ganlib.runs import RunStore\n"
    rename += "RunStore(run.folder.parent).rename(run.id, '<script>x</script>')"
    endless = "run = ganlib.train('toy/scalar', steps=10_000_000)"
    cells = [start, "run.wait()", rest, rename, "run", "ganlib.runs()", endless]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    # The kernel runs the tests' interpreter, whichever kernels are installed.
    client = NotebookClient(notebook, timeout=300, kernel_name="python3")
    with client.setup_kernel(cwd=str(tmp_path)):
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        wait_until(lambda: ganlib.runs(runs_folder=tmp_path / "runs")[0].step > 0)
    # The kernel has ended, and saved the run before.
    last = ganlib.runs(runs_folder=tmp_path / "runs")[0]
    assert last.state == "interrupted"
    assert last.checkpoints[-1] == last.step > 0

    # The bar of the first cell went on while others were executed, and `wait` shows no second one.
    bar = _html(notebook.cells[0])
    assert '<progress value="2000" max="2000"' in bar
    assert "finished, step 2,000 of 2,000" in bar
    assert _texts(notebook.cells[1]) == ["'finished'"]

    shown = _html(notebook.cells[4])
    assert "&lt;script&gt;x&lt;/script&gt;" in shown and "<script" not in shown
    assert 'src="data:image/svg+xml;base64,' in shown and 'src="data:image/png;base64,' in shown
    assert not re.search(r"https?://", shown)
    table = _html(notebook.cells[5])
    assert "<td>&lt;script&gt;x&lt;/script&gt;</td><td>toy/scalar</td><td>finished</td>" in table


def _html(cell: Any) -> str:
    [html] = [one["data"]["text/html"] for one in _data(cell) if "text/html" in one["data"]]
    return html


def _texts(cell: Any) -> list[str]:
    return [one["data"]["text/plain"] for one in _data(cell)]


def _data(cell: Any) -> list[Any]:
    return [one for one in cell["outputs"] if "data" in one]
