"""The folder that contains all runs."""

import json
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import PATH, RunError, UserError, quote
from ganlib.names import group_name, run_name
from ganlib.runs.durable import make_folder, rename, replaced, sync_path
from ganlib.runs.identity import checked_run_id, is_run_id, new_run_id, utc_now
from ganlib.runs.journal import NAME, JournalWriter
from ganlib.runs.lock import RunLock, is_owned
from ganlib.runs.run import Label, Run, read_label
from ganlib.runs.status import ACTIVE, State, Status
from ganlib.runs.view import Header, Parent

_NAME_CHARACTERS = 200
_NOTE_CHARACTERS = 20_000
_TAG_CHARACTERS, _MAX_TAGS = 20, 10
# Each open run keeps its history in memory.
_MAX_OPEN = 32
_DELETED = ".deleted-"
# Ids that a message lists.
_SHOWN_IDS = 3
# Name of the journal while a run is being created.
_UNFINISHED = f".{NAME}.tmp"
_Stamp = tuple[tuple[int, int, int], ...]
# Runs that ship with the program; `python -m tests.bench.make_examples` makes them.
EXAMPLES = Path(__file__).with_name("examples")
_MIN_FREE_BYTES = 4 * 2**20


# Copies the history of a fork to its folder and its journal. The arguments are folder, journal and
# status of the new run; returns its status after that history.
CopyHistory = Callable[[Path, JournalWriter, Status], Status]


@dataclass(frozen=True)
class RunSummary:
    """A row of the table of runs.

    Args:
        id: the run's id.
        recipe: name of the recipe.
        created: time of creation, ISO UTC.
        label: name, note, tags and group.
        status: current status; None if it cannot be read.
        parent: the run and step that it was forked from; None if it is not a fork.
        values: value of each knob by name when the run was created.
        damage: message if the run cannot be read; otherwise empty.
    """

    id: str
    recipe: str = ""
    created: str = ""
    label: Label = field(default_factory=lambda: Label(""))
    status: Status | None = None
    parent: Parent | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    damage: str = ""

    @classmethod
    def of(cls, run: Run) -> "RunSummary":
        """Returns the summary of a run; see `Run` for errors."""
        rest = run.label(), run.status(), run.parent, run.values
        return cls(run.id, run.recipe, run.created, *rest)


class RunStore:
    """All runs in one folder. Several stores and processes may share a folder.

    Args:
        root: the folder; created together with the first run.
        examples: a folder of further runs, which can be opened but not changed; None for none.
    """

    def __init__(self, root: Path | str, examples: Path | None = None):
        self.root = Path(root).absolute()
        self._examples = examples
        self._open = lru_cache(_MAX_OPEN)(Run)
        # Summary of each run and the stamp of the files that it was read from.
        self._summaries: dict[str, tuple[_Stamp, RunSummary]] = {}
        # Folders of deleted runs that this store can restore.
        self._restorable: set[Path] = set()

    @staticmethod
    def default_root() -> Path:
        """Returns the folder in GANLIB_RUNS, or else "runs" in the current folder."""
        return Path(os.environ.get("GANLIB_RUNS") or "runs")

    def create(
        self,
        recipe: str,
        config: RunConfig,
        *,
        in_queue: bool = False,
        group: str = "",
        parent: Parent | None = None,
        copy_history: CopyHistory | None = None,
        tags: Iterable[str] = (),
    ) -> Run:
        """Creates a queued run.

        The returned object holds the run's lock until it is executed, deleted, or
        `run.lock.release()` is called. Without an owner, a queued run counts as interrupted.

        Args:
            recipe: name of the recipe.
            config: its config.
            in_queue: True if the run waits in a queue. If this process ends before the run starts,
                the next process queues it again.
            group: name of the group that it belongs to; the run is then named after its seed.
            parent: origin of a fork.
            copy_history: copies the history of a fork.
            tags: see `tag`. The run has them from its beginning, even if the process ends now.

        Raises:
            RunError: a tag is not allowed; the folder cannot be written to, or the disk is full.
        """
        tags = _checked_tags(tags)
        values, created = config.model_dump(mode="json"), utc_now()
        header = Header(new_run_id(), recipe, values, created, parent)
        queued = created if in_queue else ""
        status = Status("queued", config.steps, queued=queued, heartbeat=created)
        folder = self.root / header.run
        lock = RunLock(folder)
        try:
            taken = (read_label(self.root / run_id).name for run_id in self._ids())
            name = run_name(_title(recipe), config, taken, with_seed=bool(group))
            self.root.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.root).free
            if free < _MIN_FREE_BYTES:
                raise RunError(
                    f"A run needs at least {_MIN_FREE_BYTES / 2**20:.0f} MB of free space. "
                    f"{self.root} has {free / 2**20:.1f} MB."
                )
            make_folder(folder)
            lock.acquire()
            unfinished = folder / _UNFINISHED
            with closing(JournalWriter(unfinished)) as journal:
                journal.append("created", 0, status.fields(), header.fields())
                if copy_history is not None:
                    status = copy_history(folder, journal, status)
                # The header is written twice, so that the run survives damage to the first line.
                journal.append("queued", status.step, status.fields(), header.fields())
                journal.sync()
            _write_label(folder, Label(name, tags=tags, group=group))
            # Last, because the folder counts as a run once the journal has its name.
            rename(unfinished, folder / NAME)
            sync_path(self.root)
        except BaseException as error:
            lock.release()
            shutil.rmtree(folder, ignore_errors=True)
            if not isinstance(error, OSError):
                raise
            raise RunError(
                f"A run cannot be created in {self.root}: {error.strerror or error}. "
                "It must be a writable folder."
            ) from None
        run = Run(folder)
        run.lock = lock
        return run

    def open(self, run_id: str) -> Run:
        """Opens a run or an example for reading. Recently opened runs are reused.

        Raises:
            RunError: the id is not valid, or the run does not exist or cannot be read.
        """
        if example := self._example(run_id):
            return self._open(example, is_example=True)
        folder = self.root / checked_run_id(run_id)
        return self._open(folder) if folder.is_dir() else Run(folder)

    def find(self, text: str) -> Run:
        """Opens a run by its id, its name, or the beginning of either.

        Args:
            text: what the user typed, in upper or lower case. The beginning must fit one run only.
        Raises:
            RunError: there is no such run, there are several, or the folder cannot be read.
        """
        if is_run_id(text) and (self._example(text) or (self.root / text).is_dir()):
            return self.open(text)
        rows = self.list()
        wanted = text.strip().casefold()
        names = {row.id: row.label.name.casefold() for row in rows}
        found = [run_id for run_id, name in names.items() if wanted in (run_id, name)] or [
            run_id
            for run_id, name in names.items()
            if wanted and (run_id.startswith(wanted) or name.startswith(wanted))
        ]
        if len(found) == 1:
            return self.open(found[0])
        if found:
            some = ", ".join(found[:_SHOWN_IDS])
            raise RunError(
                f"{quote(text)} matches {len(found):,} runs, such as {some}. Type more of the "
                "name, or the id."
            )
        newest = ", ".join(row.id for row in rows[:_SHOWN_IDS])
        there = f"The newest there: {newest}" if newest else "That folder has no runs"
        shown = text if is_run_id(text) else quote(text)
        raise RunError(f"There is no run {shown} in {self.root}. {there}.")

    def examples(self) -> tuple[Run, ...]:
        """Returns the example runs that can be read, oldest first. `list` does not contain them."""
        if self._examples is None:
            return ()
        found = []
        for run_id in sorted(path.name for path in self._examples.glob("*")):
            with suppress(UserError):
                if is_run_id(run_id):
                    found.append(self.open(run_id))
        return tuple(found)

    def check_not_example(self, run_id: str) -> None:
        """Checks that a run may be changed, deleted or continued.

        Raises:
            RunError: it is an example.
        """
        if self._example(run_id):
            raise RunError("This run is an example that comes with the app; it cannot be changed.")

    def claim(self, run_id: str) -> Run:
        """Opens a run for writing; the returned object holds its lock.

        Raises:
            RunError: see `open`; or the run is in use.
        """
        self.check_not_example(run_id)
        run = Run(self.root / checked_run_id(run_id))
        run.lock.acquire()
        return run

    def list(self) -> list[RunSummary]:
        """Returns summaries of all runs, newest first, including those that cannot be read.

        Raises:
            RunError: the folder of runs cannot be read, or is a file.
        """
        try:
            summaries = self._all_summaries()
        except OSError as error:
            folder = quote(str(self.root), PATH)
            raise RunError(
                f"The folder of runs {folder} cannot be read: {error.strerror}."
            ) from None
        # An id starts with date, hour and minute.
        return sorted(
            summaries,
            key=lambda row: (row.id[:13], row.created, row.id),
            reverse=True,
        )

    def active(self) -> tuple[Run, ...]:
        """Returns the runs that are queued, running or paused in any process, newest first.

        Cheap enough for repeated calls, also with thousands of runs.
        """
        return self._in_state(ACTIVE)

    def interrupted(self) -> tuple[Run, ...]:
        """Returns the interrupted runs, newest first. As cheap as `active`."""
        return self._in_state(("interrupted",))

    def rename(self, run_id: str, name: str) -> None:
        """Renames a run.

        Args:
            run_id: id of the run.
            name: the new name.
        Raises:
            RunError: the name is empty or too long, or the run does not exist.
        """
        name = name.strip()
        if not 1 <= len(name) <= _NAME_CHARACTERS:
            raise RunError(
                f"A run's name has 1 to {_NAME_CHARACTERS} characters. Received: {len(name)}."
            )
        self._edit_label(run_id, name=name)

    def annotate(self, run_id: str, note: str) -> None:
        """Replaces the note of a run.

        Args:
            run_id: id of the run.
            note: the new note; may be empty.
        Raises:
            RunError: the note is too long, or the run does not exist.
        """
        if len(note) > _NOTE_CHARACTERS:
            raise RunError(
                f"A note has at most {_NOTE_CHARACTERS:,} characters. Received: {len(note):,}."
            )
        self._edit_label(run_id, note=note)

    def tag(self, run_id: str, tags: Iterable[str]) -> None:
        """Replaces the tags of a run.

        Args:
            run_id: id of the run.
            tags: at most 10 of 1 to 20 characters; spaces around them and duplicates are removed.
        Raises:
            RunError: there are too many, one is empty or too long, or the run does not exist.
        """
        self._edit_label(run_id, tags=_checked_tags(tags))

    def group(self, run_id: str, name: str) -> None:
        """Puts a run into the group of a name, and takes it out of the one it was in.

        Args:
            run_id: id of the run.
            name: of the group; empty to only take the run out.
        Raises:
            RunError: the name is too long, or the run does not exist.
        """
        name = name.strip()
        if len(name) > _NAME_CHARACTERS:
            raise RunError(
                f"A group's name has at most {_NAME_CHARACTERS} characters. Received: {len(name)}."
            )
        self._edit_label(run_id, group=name)

    def new_group(self, recipe: str, config: RunConfig, count: int) -> str:
        """Returns a name that no other group has, for runs that only differ in their seeds.

        Args:
            recipe: name of their recipe, or another title.
            config: of one of them.
            count: number of seeds.
        """
        taken = (read_label(self.root / run_id).group for run_id in self._ids())
        return group_name(_title(recipe), config, count, taken)

    def delete(self, run_id: str, *, undo_s: float = 0.0) -> None:
        """Deletes a run and all its files, damaged or not.

        Args:
            run_id: id of the run.
            undo_s: seconds during which `restore` can bring the run back. If the process ends
                earlier, the next process removes the files; see `sweep`.
        Raises:
            RunError: the run does not exist or is in use (queued, running or paused).
        """
        self.check_not_example(run_id)
        folder = self.root / checked_run_id(run_id)
        lock = RunLock(folder)
        lock.acquire()
        try:
            # Renamed first, so that the run disappears at once; removing the files may take long.
            deleted = self.root / f"{_DELETED}{run_id}-{secrets.token_hex(4)}"
            folder.rename(deleted)
        except OSError as error:
            raise RunError(f"Run {run_id} cannot be deleted: {error.strerror}.") from None
        finally:
            lock.release()
        if undo_s:
            self._restorable.add(deleted)
            timer = threading.Timer(undo_s, self._remove, (deleted,))
            timer.daemon = True
            timer.start()
        else:
            self._remove(deleted)

    def restore(self, run_id: str) -> None:
        """Brings back a run that has just been deleted; see `delete`.

        Raises:
            RunError: the run has been removed permanently, or was never deleted.
        """
        for deleted in self.root.glob(f"{_DELETED}{checked_run_id(run_id)}-*"):
            with suppress(OSError):
                deleted.rename(self.root / run_id)
                self._restorable.discard(deleted)
                return
        raise RunError(f"Run {run_id} can no longer be restored.")

    def sweep(self) -> None:
        """Removes the files of deletions and creations that were not completed."""
        for leftover in self.root.glob(_DELETED + "*"):
            if leftover not in self._restorable:
                self._remove(leftover)
        for run_id in list(self._ids()):
            folder = self.root / run_id
            unfinished = (folder / _UNFINISHED).exists() and not (folder / NAME).exists()
            if unfinished and not is_owned(folder):
                shutil.rmtree(folder, ignore_errors=True)

    def _remove(self, deleted: Path) -> None:
        """Removes the files of a deleted run, unless it has been restored."""
        self._restorable.discard(deleted)
        # Under another name first, so that nobody restores a run without some of its files.
        doomed = self.root / f"{_DELETED}{secrets.token_hex(8)}"
        with suppress(FileNotFoundError):
            deleted.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)

    def _example(self, run_id: str) -> Path | None:
        """Returns the folder of an example; None if the run is not one."""
        name = checked_run_id(run_id)
        if self._examples is None or (self.root / name).is_dir():
            return None
        folder = self._examples / name
        return folder if folder.is_dir() else None

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
            names = (entry.name for entry in entries if os.path.isdir(entry))
            yield from filter(is_run_id, names)

    def _summary(self, run_id: str) -> RunSummary | None:
        """Returns the summary of a run; reads it only if its files have changed."""
        folder = self.root / run_id
        stamp = _stamp(folder)
        known_stamp, summary = self._summaries.get(run_id, ((), None))
        try:
            if summary is None or stamp != known_stamp:
                summary = RunSummary.of(Run(folder))
            elif summary.status is not None and summary.status.active:
                # The owner may have ended without changing the files.
                summary = replace(summary, status=Run(folder).status())
        except RunError as error:
            if not (folder / NAME).exists() and _being_made_or_gone(folder):
                return None
            return RunSummary(run_id, damage=str(error))
        self._summaries[run_id] = stamp, summary
        return summary

    def _edit_label(self, run_id: str, **changes: Any) -> None:
        self.check_not_example(run_id)
        run = self.open(run_id)
        try:
            _write_label(run.path, replace(run.label(), **changes))
        except OSError as error:
            raise RunError(f"Run {run_id} cannot be changed: {error.strerror}.") from None


def _title(recipe: str) -> str:
    known = recipes.all_recipes().get(recipe)
    return known.title if known else recipe


def _checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    unique = tuple(dict.fromkeys(tag.strip() for tag in tags))
    for tag in unique:
        if not 1 <= len(tag) <= _TAG_CHARACTERS:
            raise RunError(f"A tag has 1 to {_TAG_CHARACTERS} characters. Received: {quote(tag)}.")
    if len(unique) > _MAX_TAGS:
        raise RunError(f"A run has at most {_MAX_TAGS} tags. Received: {len(unique)}.")
    return unique


def _write_label(folder: Path, label: Label) -> None:
    with replaced(folder / "label.json", sync=True) as file:
        file.write(json.dumps(asdict(label), indent=1).encode("ascii") + b"\n")


def _stamp(folder: Path) -> _Stamp:
    """Identifies the versions of the files that a summary is read from."""
    stats = []
    for name in (NAME, "label.json"):
        with suppress(OSError):
            # A table of 1,000 runs does this 2,000 times; joining paths would take longer.
            stats.append(os.stat(f"{folder}{os.sep}{name}"))
    # The time alone is not enough: clocks are coarse and may be set back.
    return tuple((stat.st_ino, stat.st_mtime_ns, stat.st_size) for stat in stats)


def _being_made_or_gone(folder: Path) -> bool:
    """True if a run without a journal is being created or deleted."""
    try:
        files = set(os.listdir(folder))
    except OSError:
        return True
    return files <= {"lock"} or _UNFINISHED in files or is_owned(folder)
