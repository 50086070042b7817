"""Checkpoint files: everything that decides the run's future, never half-written."""

import re
from pathlib import Path

import numpy as np

from ganlib.errors import RunError
from ganlib.events import Checkpoint
from ganlib.runs.arrays import read_arrays, write_arrays
from ganlib.runs.documents import SCHEMA, DamagedError, TooNewError
from ganlib.runs.durable import make_folder, remove, require_room, set_aside

_KEPT = 2
_NAME = re.compile(r"([0-9]{8,})(\.milestone)?\.npz")
# Keeps the state's names apart from ours.
_STATE = "state/"


class CheckpointFolder:
    """The folder "checkpoints" of a run. The last two are kept, and every milestone.

    Args:
        folder: that folder; made by the first save.
    """

    def __init__(self, folder: Path):
        self._folder = folder

    def save(self, checkpoint: Checkpoint) -> None:
        """Writes a checkpoint, and waits until the disk has it before an older one goes.

        Raises:
            TypeError: the state holds something other than plain numbers.
            OSError: the folder does not take it.
        """
        make_folder(self._folder)
        arrays = {
            "schema": np.array(SCHEMA),
            "step": np.array(checkpoint.step, np.int64),
            "elapsed_s": np.array(checkpoint.elapsed_s, np.float64),
            "changes": np.array(checkpoint.changes, np.int64),
            **{_STATE + name: np.asarray(value) for name, value in checkpoint.state.items()},
        }
        require_room(self._folder, sum(array.nbytes for array in arrays.values()))
        write_arrays(self._path(checkpoint.step, checkpoint.milestone), arrays, sync=True)
        self._thin_out()

    def steps(self) -> list[int]:
        """The steps that have a checkpoint file, in order."""
        return sorted({step for step, _ in self._files()})

    def milestones(self) -> list[int]:
        """Those of them that are kept for good."""
        return sorted(step for step, milestone in self._files() if milestone)

    def load(self, step: int) -> Checkpoint:
        """The checkpoint of a step. Its arrays cannot be written to.

        Raises:
            DamagedError: it is missing or not what was written.
            TooNewError: a later version wrote it.
        """
        milestone = (step, True) in self._files()
        path = self._path(step, milestone)
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
        return Checkpoint(step, elapsed_s, state, milestone, (length, crc))

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

    def set_aside_after(self, step: int) -> list[int]:
        """Takes later files, which could not be read, out of the way; their steps."""
        later = sorted(file for file in self._files() if file[0] > step)
        for file in later:
            set_aside(self._path(*file))
        return [one for one, _ in later]

    def _thin_out(self) -> None:
        files = self._files()
        kept = sorted({step for step, _ in files})[-_KEPT:]
        for step, milestone in files:
            # A step that is a milestone now may have been saved before it was known as one.
            if not milestone and (step not in kept or (step, True) in files):
                remove(self._path(step, milestone))

    def _files(self) -> set[tuple[int, bool]]:
        """(step, whether it is a milestone) of each file."""
        paths = (path for path in self._folder.glob("*.npz") if path.is_file())
        found = (_NAME.fullmatch(path.name) for path in paths)
        return {(int(match[1]), match[2] is not None) for match in found if match}

    def _path(self, step: int, milestone: bool) -> Path:
        return self._folder / f"{step:08d}{'.milestone' * milestone}.npz"
