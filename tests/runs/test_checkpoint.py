from pathlib import Path

import numpy as np
import pytest

from ganlib.errors import RunError
from ganlib.events import Checkpoint
from ganlib.runs import checkpoint as checkpoint_module
from ganlib.runs.checkpoint import CheckpointFolder
from ganlib.runs.documents import DamagedError, TooNewError


def _checkpoint(step: int) -> Checkpoint:
    # Names that np.savez would take for its own arguments, and ours.
    names = ("generator/0", "file", "step", "allow_pickle")
    state = {name: np.arange(3.0) + index + step for index, name in enumerate(names)}
    return Checkpoint(step, step / 8, state)


@pytest.fixture
def folder(tmp_path: Path) -> CheckpointFolder:
    folder = CheckpointFolder(tmp_path / "a-run" / "checkpoints")
    (tmp_path / "a-run").mkdir()
    return folder


def test_a_checkpoint_comes_back(folder: CheckpointFolder) -> None:
    folder.save(_checkpoint(100))
    found, expected = folder.latest(), _checkpoint(100)
    assert (found.step, found.elapsed_s) == (100, 12.5)
    assert found.state.keys() == expected.state.keys()
    for name, value in expected.state.items():
        np.testing.assert_array_equal(found.state[name], value)


def test_the_last_two_are_kept(folder: CheckpointFolder) -> None:
    for step in (0, 50, 200, 123_456_789):
        folder.save(_checkpoint(step))
    assert folder.steps() == [200, 123_456_789]


def test_a_damaged_one_falls_back_to_the_one_before(
    folder: CheckpointFolder, tmp_path: Path
) -> None:
    folder.save(_checkpoint(100))
    folder.save(_checkpoint(200))
    newest, older = (tmp_path / f"a-run/checkpoints/00000{step}.npz" for step in (200, 100))
    whole = newest.read_bytes()
    one_bit = whole.replace(np.float64(201).tobytes(), np.float64(209).tobytes())
    for content in (b"", whole[: len(whole) // 2], one_bit):
        newest.write_bytes(content)
        assert folder.latest().step == 100
    newest.write_bytes(older.read_bytes())
    with pytest.raises(DamagedError):
        folder.load(200)
    older.write_bytes(b"")
    with pytest.raises(RunError, match=r"^None of the 2 checkpoints of run a-run can be read\.$"):
        folder.latest()


def test_no_checkpoint_is_told(folder: CheckpointFolder) -> None:
    with pytest.raises(RunError, match=r"^Run a-run has no checkpoint yet\.$"):
        folder.latest()


def test_one_of_a_later_version_is_not_passed_over(
    folder: CheckpointFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.save(_checkpoint(100))
    monkeypatch.setattr(checkpoint_module, "SCHEMA", 2)
    folder.save(_checkpoint(200))
    monkeypatch.setattr(checkpoint_module, "SCHEMA", 1)
    with pytest.raises(TooNewError, match="later version"):
        folder.latest()


def test_unreadable_ones_make_way(folder: CheckpointFolder, tmp_path: Path) -> None:
    folder.save(_checkpoint(100))
    folder.save(_checkpoint(200))
    folder.set_aside_after(100)
    assert folder.steps() == [100]
    assert (tmp_path / "a-run/checkpoints/00000200.npz.damaged").exists()


def test_a_failed_save_leaves_the_last_one(folder: CheckpointFolder) -> None:
    folder.save(_checkpoint(100))
    with pytest.raises(TypeError, match="plain numbers"):
        folder.save(Checkpoint(200, 1.0, {"a": np.array([None])}))
    assert folder.steps() == [100]
    assert folder.latest().step == 100
