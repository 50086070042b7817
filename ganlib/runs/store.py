"""The folder of all runs."""

import os
import secrets
import shutil
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from ganlib.config import RunConfig
from ganlib.errors import RunError
from ganlib.runs.documents import write_document
from ganlib.runs.durable import free_bytes, make_folder, remove, replace_bytes, sync_folder
from ganlib.runs.identity import checked_run_id, is_run_id, new_run_id, utc_now
from ganlib.runs.images import encode_grid
from ganlib.runs.lock import RunLock
from ganlib.runs.run import Label, Parent, Run
from ganlib.runs.samples import EncodeGrid
from ganlib.runs.status import ACTIVE, State, Status, write_status

_NAME_CHARACTERS = 200
_NOTE_CHARACTERS = 20_000
# Opened runs keep what they have read of their history.
_KEPT_OPEN = 32
_DELETED = ".deleted-"
# In a folder from its first moment until it is a run.
_UNFINISHED = "unfinished"
_SUMMARISED = ("run.json", "label.json", "status.json")
_Stamp = tuple[tuple[int, int, int], ...]
_LEAST_ROOM = 4 * 2**20


class Past(Protocol):
    """What a run has of the one that it was forked from."""

    @property
    def parent(self) -> Parent: ...

    def write(self, folder: Path) -> float:
        """Puts it into the new run's folder; seconds of training that it took."""
        ...


@dataclass(frozen=True)
class RunSummary:
    """A row of the table of runs.

    Args:
        id: the run's id.
        recipe: the recipe's name.
        created: when it was made, ISO UTC.
        label: name and note.
        status: where it stands; None where that cannot be told.
        parent: what it was forked from; None where it began by itself.
        config: every knob by name, as the run was made.
        damage: one sentence where the run cannot be read; else empty.
    """

    id: str
    recipe: str = ""
    created: str = ""
    label: Label = field(default_factory=lambda: Label(""))
    status: Status | None = None
    parent: Parent | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    damage: str = ""


class RunStore:
    """All runs in one folder. Any number of stores and processes may share it.

    Args:
        root: the folder; made by the first run.
        encode_grid: draws grids of images as PNG.
    """

    def __init__(self, root: Path | str, encode_grid: EncodeGrid = encode_grid):
        self.root = Path(root).absolute()
        self.encode_grid = encode_grid
        self._open: OrderedDict[str, Run] = OrderedDict()
        self._open_lock = threading.Lock()
        # Of each run that has ended: which file held its status, and how it ended. That need
        # not be read again. The file's number stands beside its time, for clocks are coarse,
        # and are set back.
        self._ended: dict[str, tuple[tuple[int, int], State]] = {}
        # Likewise of what the table of runs shows of each.
        self._summaries: dict[str, tuple[_Stamp, RunSummary]] = {}

    @staticmethod
    def default_root() -> Path:
        """The folder that GANLIB_RUNS names, or "runs" here."""
        return Path(os.environ.get("GANLIB_RUNS") or "runs")

    def create(
        self,
        recipe: str,
        config: RunConfig,
        *,
        in_queue: bool = False,
        past: Past | None = None,
    ) -> Run:
        """A new run, queued, which the returned object owns until it is executed.

        While somebody owns it, nobody takes it for abandoned. It is let go by
        `run.lock.release()`, or with the object.

        Args:
            recipe: the recipe's name.
            config: its knobs.
            in_queue: whether it may have to wait, so that the next process is to go on with it.
            past: what it has of another run that it was forked from.

        Raises:
            RunError: the folder cannot be written to, or the disk has no room.
        """
        try:
            return self._create(recipe, config, in_queue, past)
        except OSError as error:
            raise RunError(
                f"A run cannot be made in {self.root}: {error.strerror or error}. "
                "It must be a folder that can be written to."
            ) from None

    def open(self, run_id: str) -> Run:
        """A run to read; the same object for the same id, so that histories grow in place.

        Raises:
            RunError: the id is none, there is no such run, or it cannot be read.
        """
        folder = self.root / checked_run_id(run_id)
        with self._open_lock:
            run = self._open.pop(run_id, None)
            if run is None or not folder.is_dir():
                run = Run(folder, self.encode_grid)
            self._open[run_id] = run
            while len(self._open) > _KEPT_OPEN:
                self._open.popitem(last=False)
            return run

    def claim(self, run_id: str) -> Run:
        """A run to write, which the returned object owns.

        Raises:
            RunError: as `open`, or somebody else owns it.
        """
        run = Run(self.root / checked_run_id(run_id), self.encode_grid)
        run.lock.acquire()
        return run

    def list(self) -> list[RunSummary]:
        """All runs, the newest first. One that cannot be read is in it, and says so."""
        ids = list(self._ids())
        found = (self._known_summary(run_id) for run_id in ids)
        summaries = [summary for summary in found if summary is not None]
        for gone in self._summaries.keys() - set(ids):
            self._summaries.pop(gone, None)
        # An id starts with the minute, written like a date in ISO without its marks.
        return sorted(
            summaries,
            key=lambda row: (row.id[:13], row.created, row.id),
            reverse=True,
        )

    def active(self) -> tuple[Run, ...]:
        """The runs that train, rest or wait, here or in another process; the newest first.

        Cheap enough to be asked again and again, however many have ended.
        """
        return self._in_state(ACTIVE)

    def interrupted(self) -> tuple[Run, ...]:
        """The runs whose process ended before they did; the newest first. As cheap as `active`."""
        return self._in_state(("interrupted",))

    def rename(self, run_id: str, name: str) -> None:
        """Gives a run another name.

        Raises:
            RunError: the name is empty or too long, or there is no such run.
        """
        name = name.strip()
        if not 1 <= len(name) <= _NAME_CHARACTERS:
            raise RunError(
                f"A run's name has 1 to {_NAME_CHARACTERS} characters. Received: {len(name)}."
            )
        with self._edited_label(run_id) as (path, label):
            write_document(path, asdict(replace(label, name=name)), sync=True)

    def annotate(self, run_id: str, note: str) -> None:
        """Replaces a run's note.

        Raises:
            RunError: the note is too long, or there is no such run.
        """
        if len(note) > _NOTE_CHARACTERS:
            raise RunError(
                f"A note has at most {_NOTE_CHARACTERS:,} characters. Received: {len(note):,}."
            )
        with self._edited_label(run_id) as (path, label):
            write_document(path, asdict(replace(label, note=note)), sync=True)

    def delete(self, run_id: str) -> None:
        """Deletes a run and all its files, readable or not.

        Raises:
            RunError: there is no such run, or somebody owns it (it is queued, running or paused).
        """
        folder = self.root / checked_run_id(run_id)
        lock = RunLock(folder)
        lock.acquire()
        try:
            # Gone at once for everybody, however long it takes to remove the files.
            folder.rename(self.root / f"{_DELETED}{run_id}-{secrets.token_hex(4)}")
        except OSError as error:
            raise RunError(f"Run {run_id} cannot be deleted: {error.strerror}.") from None
        finally:
            lock.release()
        with self._open_lock:
            self._open.pop(run_id, None)
        self.sweep()

    def sweep(self) -> None:
        """Removes what deletions and creations that were cut short have left."""
        for leftover in self.root.glob(_DELETED + "*"):
            shutil.rmtree(leftover, ignore_errors=True)
        for run_id in list(self._ids()):
            folder = self.root / run_id
            if _is_leftover(folder):
                shutil.rmtree(folder, ignore_errors=True)

    def _in_state(self, states: tuple[State, ...]) -> tuple[Run, ...]:
        found = []
        for run_id in sorted(self._ids(), reverse=True):
            try:
                stat = (self.root / run_id / "status.json").stat()
                written = stat.st_ino, stat.st_mtime_ns
                known = self._ended.get(run_id)
                if known and known[0] == written and known[1] not in states:
                    continue
                run = self.open(run_id)
                state = run.status().state
                if state in states:
                    found.append(run)
                if state not in ACTIVE:
                    self._ended[run_id] = written, state
            except (OSError, RunError):
                continue
        return tuple(found)

    def _ids(self) -> Iterator[str]:
        with suppress(FileNotFoundError), os.scandir(self.root) as entries:
            yield from (entry.name for entry in entries if is_run_id(entry.name) and _is_dir(entry))

    def _create(self, recipe: str, config: RunConfig, in_queue: bool, past: Past | None) -> Run:
        self.root.mkdir(parents=True, exist_ok=True)
        if (free := free_bytes(self.root)) < _LEAST_ROOM:
            raise RunError(
                f"A run takes {_LEAST_ROOM / 2**20:.0f} MB of room at least. In {self.root} "
                f"there are {free / 2**20:.1f} MB."
            )
        folder = self.root / new_run_id()
        lock = RunLock(folder)
        try:
            make_folder(folder)
            lock.acquire()
            replace_bytes(folder / _UNFINISHED, b"", sync=False)
            self._fill(folder, recipe, config, in_queue, past)
            remove(folder / _UNFINISHED)
            sync_folder(self.root)
        except BaseException:
            lock.release()
            shutil.rmtree(folder, ignore_errors=True)
            raise
        run = Run(folder, self.encode_grid)
        run.lock = lock
        return run

    def _fill(
        self, folder: Path, recipe: str, config: RunConfig, in_queue: bool, past: Past | None
    ) -> None:
        values = config.model_dump(mode="json")
        created = utc_now()
        status = Status("queued", values["steps"], queued=created if in_queue else "")
        body = {"id": folder.name, "recipe": recipe, "config": values, "created": created}
        if past is not None:
            step = past.parent.step
            elapsed_s = past.write(folder)
            status = replace(status, step=step, saved_step=step, elapsed_s=elapsed_s)
            body["parent"] = asdict(past.parent)
        write_status(folder, status)
        name = f"{recipe} {created[11:16]}"
        write_document(folder / "label.json", asdict(Label(name)), sync=True)
        # Last, for this is what makes the folder a run.
        write_document(folder / "run.json", body, sync=True)

    def _known_summary(self, run_id: str) -> RunSummary | None:
        """Of a run that has ended, as it was read before, if its files are the same."""
        stamp = _stamp(self.root / run_id)
        known = self._summaries.get(run_id)
        if known is not None and known[0] == stamp:
            return known[1]
        summary = self._summary(run_id)
        if stamp and summary and summary.status and not summary.status.active:
            self._summaries[run_id] = stamp, summary
        return summary

    def _summary(self, run_id: str) -> RunSummary | None:
        folder = self.root / run_id
        try:
            run = Run(folder, self.encode_grid)
            known = run.recipe, run.created, run.label(), run.status(), run.parent, run.config
            return RunSummary(run_id, *known)
        except RunError as error:
            if not (folder / "run.json").exists() and _being_made_or_gone(folder):
                return None
            return RunSummary(run_id, damage=str(error))

    @contextmanager
    def _edited_label(self, run_id: str) -> Iterator[tuple[Path, Label]]:
        run = self.open(run_id)
        try:
            yield run.path / "label.json", run.label_to_edit()
        except OSError as error:
            raise RunError(f"Run {run_id} cannot be changed: {error.strerror}.") from None


def _is_dir(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link to itself, for one.
        return False


def _is_leftover(folder: Path) -> bool:
    """Whether a folder is no run, and the process that was to make it one is gone."""
    if (folder / "run.json").exists() or not (folder / _UNFINISHED).exists():
        return False
    try:
        return _is_free(folder)
    except RunError:
        return False


def _is_free(folder: Path) -> bool:
    """Whether nobody holds the lock of a folder at this moment."""
    lock = RunLock(folder)
    try:
        return lock.try_acquire()
    finally:
        lock.release()


def _stamp(folder: Path) -> _Stamp:
    """Which files a summary is read from; empty where one is not there."""
    try:
        stats = [(folder / name).stat() for name in _SUMMARISED]
    except OSError:
        return ()
    # Clocks are coarse, and are set back: so the file's number and size stand beside its time.
    return tuple((stat.st_ino, stat.st_mtime_ns, stat.st_size) for stat in stats)


def _being_made_or_gone(folder: Path) -> bool:
    """Whether a folder without run.json is one that `create` or `delete` is at work in."""
    try:
        if set(os.listdir(folder)) <= {"lock"} or _is_leftover(folder):
            return True
        return not _is_free(folder)
    except (OSError, RunError):
        return True
