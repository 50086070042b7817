"""The folder of all runs."""

import json
import os
import secrets
import shutil
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from ganlib.config import RunConfig
from ganlib.errors import RunError
from ganlib.runs.durable import free_bytes, make_folder, rename, replace_bytes, sync_folder
from ganlib.runs.identity import checked_run_id, is_run_id, new_run_id, utc_now
from ganlib.runs.journal import NAME, JournalWriter
from ganlib.runs.lock import RunLock
from ganlib.runs.run import Label, Run
from ganlib.runs.status import ACTIVE, State, Status
from ganlib.runs.view import Header, Parent

_NAME_CHARACTERS = 200
_NOTE_CHARACTERS = 20_000
# Opened runs keep what they have read of their history.
_KEPT_OPEN = 32
_DELETED = ".deleted-"
# The journal of a folder from its first moment until it is a run.
_UNFINISHED = f".{NAME}.tmp"
_Stamp = tuple[tuple[int, int, int], ...]
_LEAST_ROOM = 4 * 2**20


class Past(Protocol):
    """What a run has of the one that it was forked from."""

    @property
    def parent(self) -> Parent: ...

    def write(self, folder: Path, journal: JournalWriter, status: Status) -> Status:
        """Puts it into the new run's folder and journal; where the run stands then."""
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
    """

    def __init__(self, root: Path | str):
        self.root = Path(root).absolute()
        self._open: OrderedDict[str, Run] = OrderedDict()
        self._open_lock = threading.Lock()
        # What the table shows of each run, and which files that was read from.
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
                run = Run(folder)
            self._open[run_id] = run
            while len(self._open) > _KEPT_OPEN:
                self._open.popitem(last=False)
            return run

    def claim(self, run_id: str) -> Run:
        """A run to write, which the returned object owns.

        Raises:
            RunError: as `open`, or somebody else owns it.
        """
        run = Run(self.root / checked_run_id(run_id))
        run.lock.acquire()
        return run

    def list(self) -> list[RunSummary]:
        """All runs, the newest first. One that cannot be read is in it, and says so."""
        summaries = self._all_summaries()
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
        self._edit_label(run_id, name=name)

    def annotate(self, run_id: str, note: str) -> None:
        """Replaces a run's note.

        Raises:
            RunError: the note is too long, or there is no such run.
        """
        if len(note) > _NOTE_CHARACTERS:
            raise RunError(
                f"A note has at most {_NOTE_CHARACTERS:,} characters. Received: {len(note):,}."
            )
        self._edit_label(run_id, note=note)

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
        for summary in sorted(self._all_summaries(), key=lambda row: row.id, reverse=True):
            if summary.status is not None and summary.status.state in states:
                with suppress(RunError):
                    found.append(self.open(summary.id))
        return tuple(found)

    def _all_summaries(self) -> Sequence[RunSummary]:
        ids = list(self._ids())
        for gone in self._summaries.keys() - set(ids):
            self._summaries.pop(gone, None)
        found = (self._summary(run_id) for run_id in ids)
        return [summary for summary in found if summary is not None]

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
            self._fill(folder, recipe, config, in_queue, past)
            sync_folder(self.root)
        except BaseException:
            lock.release()
            shutil.rmtree(folder, ignore_errors=True)
            raise
        run = Run(folder)
        run.lock = lock
        return run

    def _fill(
        self, folder: Path, recipe: str, config: RunConfig, in_queue: bool, past: Past | None
    ) -> None:
        values = config.model_dump(mode="json")
        created = utc_now()
        parent = past.parent if past is not None else None
        header = Header(folder.name, recipe, values, created, parent)
        queued = created if in_queue else ""
        status = Status("queued", values["steps"], queued=queued, heartbeat=created)
        unfinished = folder / _UNFINISHED
        journal = JournalWriter(unfinished)
        with closing(journal):
            journal.append("created", 0, status.fields(), header.fields())
            if past is not None:
                status = past.write(folder, journal, status)
            # Once more, so that a damaged first line does not take the run away.
            journal.append("queued", status.step, status.fields(), header.fields())
            journal.sync()
        _write_label(folder, Label(f"{recipe} {created[11:16]}"))
        # Last, for this is what makes the folder a run.
        rename(unfinished, folder / NAME)

    def _summary(self, run_id: str) -> RunSummary | None:
        """What the table shows of a run, read again only where its files have changed."""
        folder = self.root / run_id
        stamp = _stamp(folder)
        known = self._summaries.get(run_id)
        try:
            if known is None or known[0] != stamp or known[1].status is None:
                run = Run(folder)
                summary = RunSummary(
                    run_id,
                    run.recipe,
                    run.created,
                    run.label(),
                    run.status(),
                    run.parent,
                    run.config,
                )
            elif known[1].status.active:
                # Its owner may have died.
                summary = replace(known[1], status=Run(folder).status())
            else:
                return known[1]
        except RunError as error:
            if not (folder / NAME).exists() and _being_made_or_gone(folder):
                return None
            return RunSummary(run_id, damage=str(error))
        self._summaries[run_id] = stamp, summary
        return summary

    def _edit_label(self, run_id: str, **changes: str) -> None:
        run = self.open(run_id)
        try:
            _write_label(run.path, replace(run.label(), **changes))
        except OSError as error:
            raise RunError(f"Run {run_id} cannot be changed: {error.strerror}.") from None


def _write_label(folder: Path, label: Label) -> None:
    content = json.dumps(asdict(label), indent=1).encode("ascii") + b"\n"
    replace_bytes(folder / "label.json", content, sync=True)


def _is_dir(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link to itself, for one.
        return False


def _is_leftover(folder: Path) -> bool:
    """Whether a folder is no run, and the process that was to make it one is gone."""
    if (folder / NAME).exists() or not (folder / _UNFINISHED).exists():
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
    """Which files a summary is read from."""
    stats = []
    for name in (NAME, "label.json"):
        with suppress(OSError):
            stats.append((folder / name).stat())
    # Clocks are coarse, and are set back: so the file's number and size stand beside its time.
    return tuple((stat.st_ino, stat.st_mtime_ns, stat.st_size) for stat in stats)


def _being_made_or_gone(folder: Path) -> bool:
    """Whether a folder without a journal is one that `create` or `delete` is at work in."""
    try:
        if set(os.listdir(folder)) <= {"lock"} or _is_leftover(folder):
            return True
        return not _is_free(folder)
    except (OSError, RunError):
        return True
