"""A folder that an earlier version wrote, and folders that a later one may write."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from ganlib.errors import RunError
from ganlib.events import Change
from ganlib.runs import Label, LateTrainer, RunControl, RunStore, arrays, documents, execute
from ganlib.runs.arrays import read_arrays, write_arrays
from ganlib.runs.documents import TooNewError, encode, name_of
from ganlib.runs.resume import queue_again
from tests.support.fake_trainer import FakeConfig, FakeTrainer, load_fake, make_fake, true_walk

# Stopped at step 50 of 100, after a change at step 30; its files do not say whose they are.
OLD = Path(__file__).with_name("old_runs")
[ID] = [path.name for path in OLD.iterdir()]
SEED = 3


@pytest.fixture
def old(tmp_path: Path) -> RunStore:
    return RunStore(shutil.copytree(OLD, tmp_path / "runs"))


def _files(folder: Path) -> Mapping[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def _resume(store: RunStore, steps: int | None = None) -> str:
    run = store.claim(ID)
    try:
        config = queue_again(run, steps, load_fake)
        return execute(run, LateTrainer(run, config, make_fake), RunControl(), tensorboard=False)
    finally:
        run.lock.release()


def test_a_run_of_an_earlier_version_is_read_in_full(old: RunStore) -> None:
    before = _files(old.root)
    [row] = old.list()
    assert (row.id, row.recipe, row.damage) == (ID, "fake/walk", "")
    assert row.label == Label("an old run", "kept as it was written")
    run = old.open(ID)
    assert run.config["generator_learning_rate"] == 0.0002 and run.config["seed"] == SEED
    status, walk = run.status(), true_walk(50, SEED)
    assert row.status == status
    assert (status.state, status.step, status.steps) == ("stopped", 50, 100)
    assert status.data == "Walks, made up: 10 of 20" and status.elapsed_s == pytest.approx(0.5)
    half = FakeTrainer(FakeConfig(steps=50, seed=SEED))
    list(half.events())
    assert status.weights_sha256 == half.weights_sha256()
    history = run.history()
    assert history.names == ("generator_loss", "discriminator_loss")
    np.testing.assert_array_equal(history.values[2:].T, walk)
    np.testing.assert_allclose(history.time_s, np.arange(1, 51) / 100)
    assert run.scores().step.tolist() == [0, 20, 40]
    np.testing.assert_allclose(
        run.scores().values["w1"], np.abs([0, walk[19, 0], walk[39, 0]]), rtol=1e-6
    )
    assert run.changes() == (Change(30, {"generator_learning_rate": 0.5}),)
    assert run.sample_steps() == [0, 20, 40, 50]
    for step in run.sample_steps():
        assert run.samples(step)["fixed"].tolist() == np.full((4, 8, 8, 1), step).tolist()
        assert run.sample_grid(step) == (run.path / f"samples/{step:08d}.png").read_bytes()
        assert run.sample_grid(step, "fresh") != run.sample_grid(step)
    assert run.real().shape == (4, 8, 8, 1)
    assert run.real_grid() == (run.path / "samples/real.png").read_bytes()
    assert run.checkpoint_steps() == [40, 50]
    checkpoint = run.latest_checkpoint()
    assert (checkpoint.step, checkpoint.elapsed_s) == (50, pytest.approx(0.5))
    np.testing.assert_allclose(checkpoint.state["walk/0"], walk[-1], rtol=1e-6)
    assert _files(old.root) == before


def test_a_run_of_an_earlier_version_goes_on(old: RunStore) -> None:
    assert _resume(old) == "finished"
    run = old.open(ID)
    np.testing.assert_array_equal(run.history().values[2:].T, true_walk(100, SEED))
    assert run.scores().step.tolist() == [0, 20, 40, 60, 80, 100]
    assert run.sample_steps() == [0, 20, 40, 50, 60, 80, 100]
    assert run.changes() == (Change(30, {"generator_learning_rate": 0.5}),)
    assert run.checkpoint_steps() == [80, 100]
    # From now on it says whose it is.
    assert json.loads((run.path / "status.json").read_bytes())["file"] == f"{ID}/status.json"


DOCUMENTS = ("run.json", "status.json", "label.json")
LOGS = ("metrics.log", "scores.jsonl", "changes.jsonl")
ARCHIVES = ("checkpoints/00000050.npz", "samples/real.npz")


def _raise_schema(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a later version may write the file, with a word more in it."""
    with monkeypatch.context() as later:
        later.setattr(documents, "SCHEMA", 2)
        later.setattr(arrays, "SCHEMA", 2)
        if path.suffix == ".npz":
            write_arrays(path, {**read_arrays(path), "later": np.zeros(1)}, sync=False)
            return
        whole = path.read_bytes()
        lines = [whole] if path.suffix == ".json" else whole.splitlines(keepends=True)
        # Of the log of metrics only the first line is a document.
        rest = b"".join(lines[1:]) if path.suffix == ".log" else b""
        for at, line in enumerate(lines[:1] if rest else lines):
            body = {**json.loads(line), "later": True}
            del body["schema"], body["crc32"]
            lines[at] = encode(body, name_of(path))
        path.write_bytes(lines[0] + rest if rest else b"".join(lines))


@pytest.mark.parametrize("name", [*DOCUMENTS, *LOGS, *ARCHIVES])
def test_a_file_of_a_later_version_is_told_by_name_and_left_alone(
    name: str, old: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old.root / ID / name
    _raise_schema(path, monkeypatch)
    before = _files(old.root)
    told = rf"{path.parent.name}/{path.name} was written by a later version"
    [row] = old.list()
    assert row.id == ID
    if name in ("run.json", "status.json"):
        assert row.damage.startswith(f"{ID}/{name} was written by a later version (schema 2)")
    reads = {
        "run.json": lambda: old.open(ID),
        "status.json": lambda: old.open(ID).status(),
        "label.json": lambda: old.rename(ID, "mine"),
        "metrics.log": lambda: old.open(ID).history(),
        "scores.jsonl": lambda: old.open(ID).scores(),
        "changes.jsonl": lambda: old.open(ID).changes(),
        "checkpoints/00000050.npz": lambda: old.open(ID).latest_checkpoint(),
        "samples/real.npz": lambda: old.open(ID).real(),
    }
    with pytest.raises(TooNewError, match=told):
        reads[name]()
    with pytest.raises(TooNewError, match=told):
        _resume(old)
    with pytest.raises(TooNewError, match=told):
        _resume(old, steps=200)
    assert old.active() == ()
    assert _files(old.root) == before, "not one byte is to change"


def test_a_whole_folder_of_a_later_version_is_left_alone(
    old: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*DOCUMENTS, *LOGS, *ARCHIVES):
        _raise_schema(old.root / ID / name, monkeypatch)
    before = _files(old.root)
    with pytest.raises(RunError, match=f"{ID}/run.json was written by a later version"):
        _resume(old)
    for write in (lambda: old.rename(ID, "mine"), lambda: old.annotate(ID, "mine")):
        with pytest.raises(RunError, match="later version"):
            write()
    made = old.create("fake/walk", FakeConfig())
    made.lock.release()
    assert {row.id: bool(row.damage) for row in old.list()} == {ID: True, made.id: False}
    assert {**_files(old.root), **before} == _files(old.root)
