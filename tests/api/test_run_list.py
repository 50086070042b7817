"""Lists of runs: which runs, which is best, and how a notebook shows them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ganlib
from ganlib.errors import ConfigError, RunError, UserError
from ganlib.events import Metrics, Samples
from ganlib.runs import RunStore
from tests.support import ROOT, stored_runs


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path)


def scored(store: RunStore, *scores: dict[str, float]) -> str:
    """The id of a run with these scores at steps 1, 2, ..."""
    values = np.zeros((4, 1), np.float32)
    events = [
        event
        for step, named in enumerate(scores, start=1)
        for event in (
            Metrics(step, stored_runs.rows(step, step), 1.0),
            Samples(step, values, values, scores=named),
        )
    ]
    return stored_runs.written(store, "toy/scalar", values, *events).id


def test_the_best_is_the_lowest_or_where_that_is_better_the_highest(store: RunStore) -> None:
    first = scored(store, {"w1_over_sigma": 0.1, "coverage": 0.2}, {"w1_over_sigma": 9.0})
    second = scored(store, {"w1_over_sigma": 0.5, "coverage": 0.9}, {"w1_over_sigma": np.nan})
    runs = ganlib.runs(runs_folder=store.root)
    assert runs.best().id == runs.best("w1_over_sigma").id == first
    assert runs.best() == ganlib.open_run(first, runs_folder=store.root) != runs.best("coverage")
    assert runs.best("coverage").id == second
    with pytest.raises(RunError) as caught:
        runs.best("frechet")
    assert str(caught.value) == (
        "score must be one of those that these runs have: coverage, w1_over_sigma. "
        "Received: 'frechet'."
    )
    with pytest.raises(RunError, match="this list is empty"):
        runs[:0].best("coverage")
    frame = runs.frame
    assert list(frame.columns[:5]) == ["name", "recipe", "state", "step", "steps"]
    assert (frame.loc[first, "w1_over_sigma"], frame.loc[first, "state"]) == (9.0, "finished")


def test_runs_are_selected(store: RunStore) -> None:
    toy, digits = (stored_runs.finished(store, name).id for name in ("toy/scalar", "mnist/dcgan"))
    failed = stored_runs.failed(store).id
    store.tag(toy, ["keep"])
    store.rename(toy, "Zebra")

    def ids(**conditions: str) -> set[str]:
        return {run.id for run in ganlib.runs(runs_folder=store.root, **conditions)}

    assert ids() == {toy, digits, failed}
    assert ids(recipe="mnist/dcgan") == {digits}
    assert ids(state="failed") == {failed}
    assert ids(tag="keep") == ids(search="zebra") == {toy}
    assert ganlib.open_run("zeb", runs_folder=store.root).id == toy
    with pytest.raises(ConfigError, match="There is no recipe 'none'"):
        ids(recipe="none")
    with pytest.raises(RunError, match=r"state must be one of queued, .* Received: 'done'\."):
        ids(state="done")
    with pytest.raises(RunError, match=r"Run .* failed\. Training diverged: generator loss was no"):
        ganlib.open_run(failed, runs_folder=store.root).wait()


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"cannot be read: Not a directory\.$"):
        ganlib.runs(runs_folder=tmp_path / "file")
    with pytest.raises(UserError, match=r"^runs_folder must be a path; .* '~nobody-here/runs'\.$"):
        ganlib.runs(runs_folder="~nobody-here/runs")


def test_names_are_never_markup(store: RunStore) -> None:
    store.rename(stored_runs.finished(store).id, "<img src=x onerror=alert(1)>")
    runs = ganlib.runs(runs_folder=store.root)
    for html in (runs._repr_html_(), runs[0]._repr_html_()):
        assert "&lt;img src=x onerror=alert(1)&gt;" in html
        assert "<img src=x" not in html
    store.delete(runs[0].id)
    assert "does not exist" in runs[0]._repr_html_()


def test_examples_are_listed_and_cannot_be_changed() -> None:
    examples = ganlib.runs(examples=True)
    assert {run.name for run in examples} >= {"Two peaks", "Mode collapse"}
    [digits] = ganlib.runs(examples=True, recipe="fashion/dense")
    assert digits.samples().shape[1:] == (28, 28, 1)
    assert 'src="data:image/png;base64,' in digits._repr_html_()
    with pytest.raises(RunError, match="has no checkpoints yet"):
        digits.generator(100)
    with pytest.raises(RunError, match="cannot be changed"):
        digits.resume(70_000)


def test_the_import_is_light_and_the_package_stays_a_package() -> None:
    code = (
        "import sys, ganlib\n"
        "heavy = {'tensorflow', 'pandas', 'numpy', 'streamlit', 'IPython', 'tqdm'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "ganlib.train\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "from ganlib.runs import RunStore\n"
        "import ganlib.runs.store\n"
        "print(ganlib.runs.store.RunStore is RunStore, callable(ganlib.runs))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["[]", "['numpy']", "True True"]
