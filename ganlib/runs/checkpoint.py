"""Checkpoint files: everything that decides the run's future, never half-written."""

import re
from contextlib import suppress
from pathlib import Path

import numpy as np

from ganlib.errors import RunError
from ganlib.events import Checkpoint
from ganlib.runs.arrays import read_arrays, write_arrays
from ganlib.runs.documents import SCHEMA, DamagedError, TooNewError

_KEPT = 2
_NAME = re.compile(r"[0-9]{8,}\.npz")
# Keeps the state's names apart from ours.
_STATE = "state/"


class CheckpointFolder:
    """The folder "checkpoints" of a run. The last two are kept.

    Args:
        folder: that folder; made by the first save.
    """

    def __init__(self, folder: Path):
        self._folder = folder

    def save(self, checkpoint: Checkpoint) -> None:
        """Writes a checkpoint, and waits until the disk has it before an older one goes.

        Raises:
            TypeError: the state holds something other than plain numbers.
        """
        self._folder.mkdir(exist_ok=True)
        arrays = {
            "schema": np.array(SCHEMA),
            "step": np.array(checkpoint.step, np.int64),
            "elapsed_s": np.array(checkpoint.elapsed_s, np.float64),
            "changes": np.array(checkpoint.changes, np.int64),
            **{_STATE + name: np.asarray(value) for name, value in checkpoint.state.items()},
        }
        write_arrays(self._path(checkpoint.step), arrays, sync=True)
        for step in self.steps()[:-_KEPT]:
            with suppress(FileNotFoundError):
                self._path(step).unlink()

    def steps(self) -> list[int]:
        """The steps that have a checkpoint file, in order."""
        files = (path for path in self._folder.glob("*.npz") if _NAME.fullmatch(path.name))
        return sorted(int(path.stem) for path in files if path.is_file())

    def load(self, step: int) -> Checkpoint:
        """The checkpoint of a step. Its arrays cannot be written to.

        Raises:
            DamagedError: it is missing or not what was written.
            TooNewError: a later version wrote it.
        """
        path = self._path(step)
        arrays = read_arrays(path)
        what = f"{path.parent.name}/{path.name}"
        try:
            schema, stored = int(arrays.pop("schema")), int(arrays.pop("step"))
            elapsed_s = float(arrays.pop("elapsed_s"))
            # Checkpoints of an earlier version do not know.
            length, crc = map(int, arrays.pop("changes", np.zeros(2, np.int64)))
        except (KeyError, ValueError, TypeError, OverflowError):
            raise DamagedError(f"{what} is damaged.") from None
        if schema > SCHEMA:
            raise TooNewError(f"{what} was written by a later version (schema {schema}).")
        if stored != step:
            raise DamagedError(f"{what} is damaged.")
        state = {name.removeprefix(_STATE): value for name, value in arrays.items()}
        return Checkpoint(step, elapsed_s, state, (length, crc))

    def latest(self) -> Checkpoint:
        """The newest checkpoint that can be read.

        Raises:
            RunError: there is none.
        """
        steps = self.steps()
        for step in reversed(steps):
            try:
                return self.load(step)
            except DamagedError:
                continue
        run_id = self._folder.parent.name
        if not steps:
            raise RunError(f"Run {run_id} has no checkpoint yet.")
        raise RunError(f"None of the {len(steps)} checkpoints of run {run_id} can be read.")

    def set_aside_after(self, step: int) -> None:
        """Takes later files, which could not be read, out of the way of those to come."""
        for later in self.steps():
            if later > step:
                path = self._path(later)
                path.replace(path.with_name(path.name + ".damaged"))

    def _path(self, step: int) -> Path:
        return self._folder / f"{step:08d}.npz"
