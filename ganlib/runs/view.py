"""Builds the state of a run from the lines of its journal, and updates it as the journal grows."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal
from weakref import WeakValueDictionary

import numpy as np
from pydantic import Field, TypeAdapter

from ganlib.errors import RunError, quote
from ganlib.events import Change
from ganlib.runs.blobs import Blob
from ganlib.runs.identity import RUN_ID
from ganlib.runs.journal import (
    FORMAT,
    NAME,
    DamagedError,
    Gap,
    JournalReader,
    Line,
    TooNewError,
    decode_rows,
    first_line,
    last_line,
    name_of,
)
from ganlib.runs.status import Count, Number, Status, status_of

# The first columns of every history; the trainer's metrics follow.
LEADING_COLUMNS = ("step", "time_s")
# Kinds of lines that have a header.
HEADER_KINDS = ("created", "queued", "began")
# Number of checkpoints kept besides the milestones.
_MAX_RECENT_CHECKPOINTS = 2


@dataclass(frozen=True)
class Parent:
    """The origin of a fork.

    Args:
        run: id of the original run.
        step: step of the checkpoint.
    """

    run: Annotated[str, Field(pattern=f"^{RUN_ID}$")]
    step: Count


@dataclass(frozen=True)
class Header:
    """The fixed properties of a run.

    Args:
        run: id of the run, which is the name of its folder.
        recipe: name of the recipe.
        config: value of each knob by name when the run was created.
        created: time of creation, ISO UTC.
        parent: origin of a fork; otherwise None.
    """

    run: str
    recipe: str
    config: dict[str, Any]
    created: str
    parent: Parent | None = None

    def fields(self) -> dict[str, Any]:
        """Returns the fields that a line of the journal stores."""
        fields = {"format": FORMAT, **asdict(self)}
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, eq=False)
class History:
    """Metrics of all steps so far.

    Args:
        columns: "step", "time_s" and the names of the metrics.
        values: (len(columns), rows) float64, read-only; does not change when the run continues.
        log: two histories with the same `log` begin with the same rows.
    """

    columns: tuple[str, ...] = LEADING_COLUMNS
    values: np.ndarray = field(default_factory=lambda: np.empty((len(LEADING_COLUMNS), 0)))
    log: object = field(default_factory=object)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the metrics."""
        return self.columns[len(LEADING_COLUMNS) :]

    @property
    def step(self) -> np.ndarray:
        """(rows,) int64, counted from 1."""
        return self.values[0].astype(np.int64)

    @property
    def time_s(self) -> np.ndarray:
        """(rows,) seconds of training without pauses."""
        return self.values[1]

    def rows_until(self, step: int) -> int:
        """Returns the number of rows up to a step. Steps may be missing from a damaged journal."""
        return int(np.searchsorted(self.values[0], step, side="right"))

    def seconds_at(self, steps: np.ndarray) -> np.ndarray:
        """Returns the seconds of training until steps: (n,) steps -> (n,); 0 at step 0."""
        rows = np.searchsorted(self.values[0], steps, side="right")
        seconds: np.ndarray = np.concatenate([[0.0], self.time_s])[rows]
        return seconds

    def __getitem__(self, name: str) -> np.ndarray:
        """Returns one column, (rows,).

        Raises:
            KeyError: there is no such column.
        """
        if name not in self.columns:
            raise KeyError(name)
        return self.values[self.columns.index(name)]

    def __len__(self) -> int:
        return self.values.shape[1]


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of the samples by step.

    Args:
        step: (rows,) int64.
        values: (rows,) float64 by name of the score; NaN at steps without it.
    """

    step: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    values: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.step)

    def at(self, step: int) -> dict[str, float]:
        """Returns the scores of one step by name."""
        row = self.step == step
        found = {name: values[row] for name, values in self.values.items()}
        return {name: float(one[0]) for name, one in found.items() if np.isfinite(one).any()}

    def until(self, step: int) -> "Scores":
        """Returns the scores up to and including a step, without those that only came later."""
        kept = self.step <= step
        values = {name: column[kept] for name, column in self.values.items()}
        return Scores(
            self.step[kept],
            {name: column for name, column in values.items() if not np.isnan(column).all()},
        )


@dataclass(frozen=True)
class SavedCheckpoint(Blob):
    """A checkpoint on the disk.

    Args:
        step: generator updates so far.
        elapsed_s: seconds of training so far.
        milestone: True if it is never removed.
    """

    step: Count
    elapsed_s: Number
    milestone: Annotated[bool, Field(strict=True)] = False


@dataclass(frozen=True)
class _Block:
    """A block of metrics; see `RunWriter` and `fork_run`.

    Args:
        first_step: step of the first row.
        names: names of the metrics.
        dtype: type of the numbers.
        rows: (rows, metrics) numbers in base64.
        since_s: seconds of training before the first row; None if `times` has them.
        elapsed_s: seconds of training at the last row; likewise.
        times: (rows,) seconds of training in base64; empty if they are evenly spaced.
    """

    first_step: Count
    names: Annotated[tuple[str, ...], Field(min_length=1)]
    dtype: Literal["<f4", "<f8"]
    rows: str
    since_s: Number | None = None
    elapsed_s: Number | None = None
    times: str = ""


_HEADER = TypeAdapter(Header)
_BLOB = TypeAdapter(Blob)
_BLOCK = TypeAdapter(_Block)
_SCORES = TypeAdapter(dict[str, Number])
_CHANGE = TypeAdapter(Change)
_CHECKPOINT = TypeAdapter(SavedCheckpoint)


def checkpoints_to_keep(saved: Mapping[int, SavedCheckpoint]) -> dict[int, SavedCheckpoint]:
    """Returns the checkpoints that are not removed, by step: milestones and the latest ones."""
    last = sorted(saved)[-_MAX_RECENT_CHECKPOINTS:]
    return {step: saved[step] for step in sorted(saved) if saved[step].milestone or step in last}


@dataclass(frozen=True)
class Record:
    """The contents of a journal at one moment; does not change when the run continues.

    Args:
        header: fixed properties of the run.
        status: status of the run.
        history: metrics of all steps.
        scores: scores of the samples.
        changes: changes made by users during training, in order.
        samples: files of the samples by step, in order.
        real: file of the real samples; None before training has started.
        checkpoints: available checkpoints by step, in order.
        traceback: traceback of the failure that ended the run; otherwise empty.
        gaps: lost lines.
        next_n: number of the next line to be written.
    """

    header: Header
    status: Status
    history: History
    scores: Scores
    changes: tuple[Change, ...]
    samples: Mapping[int, Blob]
    real: Blob | None
    checkpoints: Mapping[int, SavedCheckpoint]
    traceback: str
    gaps: tuple[Gap, ...]
    next_n: int


class RunView:
    """Reads the journal of a run; each call only reads the new lines. Thread-safe.

    Args:
        folder: the run's folder.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._path = folder / NAME
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        self._reader = JournalReader(self._path)
        self._record: Record | None = None
        self._header: Header | None = None
        self._status: Status | None = None
        self._names: tuple[str, ...] = ()
        self._step = 0
        self._rows = 0
        # A new buffer, because records returned earlier are views of the old one.
        self._buffer = np.empty((len(LEADING_COLUMNS), 0))
        self._log = object()
        self._scores = Scores()
        # Scores that are not in `_scores` yet. `_recorded` appends them, because making a long
        # table anew takes milliseconds.
        self._new_scores: dict[int, dict[str, float]] = {}
        self._changes: list[Change] = []
        self._samples: dict[int, Blob] = {}
        self._real: Blob | None = None
        self._saved: dict[int, SavedCheckpoint] = {}
        self._traceback = ""

    def refresh(self) -> Record:
        """Returns the current contents of the journal.

        Raises:
            DamagedError: the journal is missing, belongs to another run, or has no readable header.
            TooNewError: it has a format that this version cannot read.
        """
        with self._lock:
            try:
                lines = self._reader.read()
                if lines is None:
                    self._start()
                    lines = self._reader.read() or []
                for line in lines:
                    self._apply(line)
                for line in reversed(lines):
                    with suppress(ValueError):
                        self._status = status_of(line["status"], line["step"])
                        break
                if lines or self._record is None:
                    self._record = self._recorded()
                return self._record
            except RunError:
                # The next call reads from the start and raises the same error.
                self._start()
                raise

    def _apply(self, line: Line) -> None:
        try:
            if line["kind"] in HEADER_KINDS:
                self._header = header_of(line, self._folder)
            if apply := getattr(self, f"_apply_{line['kind']}", None):
                apply(line)
        except (KeyError, TypeError, ValueError, OverflowError):
            # The checksum is right, but the contents are not valid.
            n, step = line["n"], line["step"]
            self._reader.gaps += (Gap(n, n, step, step),)
        else:
            self._step = line["step"]

    def _apply_started(self, line: Line) -> None:
        self._real = _BLOB.validate_python(line["real"])
        self._void_after(line["step"], line["n"])

    _apply_resumed = _apply_started

    def _apply_metrics(self, line: Line) -> None:
        block = _BLOCK.validate_python(line)
        names, first = block.names, block.first_step
        values = decode_rows(block.dtype, block.rows, len(names))
        count = len(values)
        if first + count - 1 != line["step"] or (self._rows and names != self._names):
            raise ValueError("other steps or metrics")
        if block.times:
            times = decode_rows("<f8", block.times, 1)[:, 0]
        elif block.since_s is None or block.elapsed_s is None:
            raise ValueError("no times")
        else:
            times = np.linspace(block.since_s, block.elapsed_s, count + 1)[1:]
        if first <= self._step:
            self._void_after(first - 1, line["n"])
        if names != self._names:
            self._names = names
            self._buffer = np.empty((len(LEADING_COLUMNS) + len(names), 0))
        needed, capacity = self._rows + count, self._buffer.shape[1]
        if needed > capacity:
            grown = np.empty((len(self._buffer), max(needed, 2 * capacity, 1024)))
            grown[:, : self._rows] = self._buffer[:, : self._rows]
            self._buffer = grown
        rows = self._buffer[:, self._rows : self._rows + count]
        rows[0] = np.arange(first, first + count)
        rows[1] = times
        rows[2:] = values.T
        self._rows += count

    def _apply_samples(self, line: Line) -> None:
        step, blob = line["step"], _BLOB.validate_python(line)
        scores = _SCORES.validate_python(line.get("scores", {}))
        if step < self._step:
            self._void_after(step, line["n"])
        self._samples[step] = blob
        if scores:
            self._new_scores[step] = scores

    def _apply_change(self, line: Line) -> None:
        # Older versions wrote only the step of the status.
        self._changes.append(
            _CHANGE.validate_python({**line, "step": line.get("at", line["step"])})
        )

    def _apply_checkpoint(self, line: Line) -> None:
        self._saved[line["step"]] = _CHECKPOINT.validate_python(line)
        self._saved = checkpoints_to_keep(self._saved)

    def _apply_ended(self, line: Line) -> None:
        self._traceback = str(line.get("traceback", ""))

    _apply_began = _apply_ended

    def _void_after(self, step: int, n: int) -> None:
        """Removes what lines before number `n` say about steps after `step`.

        The resumed run makes these steps again. Changes stay, because it repeats them, too.
        """
        cut = int(np.searchsorted(self._buffer[0, : self._rows], step, side="right"))
        if cut < self._rows:
            self._buffer, self._rows = self._buffer[:, :cut].copy(), cut
            self._log = object()
        self._scores = self._scores.until(step)
        for found in (self._new_scores, self._samples, self._saved):
            for later in [one for one in found if one > step]:
                del found[later]
        self._reader.gaps = tuple(
            gap for gap in self._reader.gaps if gap.after_step < step or gap.last > n
        )

    def _recorded(self) -> Record:
        if self._header is None or self._status is None:
            raise DamagedError(f"{name_of(self._path)} is damaged.")
        values = self._buffer[:, : self._rows]
        values.flags.writeable = False
        self._scores, self._new_scores = _extended(self._scores, self._new_scores), {}
        return Record(
            self._header,
            self._status,
            History((*LEADING_COLUMNS, *self._names), values, self._log),
            self._scores,
            tuple(self._changes),
            dict(self._samples),
            self._real,
            dict(self._saved),
            self._traceback,
            self._reader.gaps,
            self._reader.next_n,
        )


# The view of each folder, as long as it is used in this process.
_views: "WeakValueDictionary[Path, RunView]" = WeakValueDictionary()
_views_lock = threading.Lock()


def view_of(folder: Path) -> RunView:
    """Returns the view of a run, which all users in this process share."""
    with _views_lock:
        return _views.setdefault(folder, RunView(folder))


def read_header(folder: Path) -> Header:
    """Reads the header of a run from the first line that has one.

    Raises:
        DamagedError: see `RunView.refresh`.
        TooNewError: see `RunView.refresh`.
    """
    line = first_line(folder / NAME, HEADER_KINDS)
    try:
        if line is not None:
            return header_of(line, folder)
    except ValueError:
        pass
    raise DamagedError(f"{name_of(folder / NAME)} is damaged.")


def read_status(folder: Path) -> Status:
    """Reads the status of a run from the last line of its journal.

    Raises:
        DamagedError: see `RunView.refresh`.
    """
    line = last_line(folder / NAME)
    try:
        if line is not None:
            return status_of(line["status"], line["step"])
    except ValueError:
        return view_of(folder).refresh().status
    raise DamagedError(f"{name_of(folder / NAME)} is damaged.")


def header_of(line: Mapping[str, Any], folder: Path) -> Header:
    """Parses the header in a line of a journal.

    Args:
        line: a line of one of the `HEADER_KINDS`.
        folder: the run's folder.

    Raises:
        DamagedError: the line belongs to another run.
        TooNewError: the run has a format that this version cannot read.
        ValueError: the header is not valid.
    """
    what, version = name_of(folder / NAME), line.get("format")
    if version != FORMAT:
        raise TooNewError(
            f"{what} has format {quote(version)}; this version of ganlib reads format {FORMAT}."
        )
    header = _HEADER.validate_python(line)
    if header.run != folder.name:
        raise DamagedError(f"{what} belongs to another run.")
    return header


def _extended(scores: Scores, new: Mapping[int, Mapping[str, float]]) -> Scores:
    """Appends the scores of later steps, or of the last step once more, which replace those."""
    if not new:
        return scores
    steps = sorted(new)
    scores = scores.until(steps[0] - 1)
    missing = np.full(len(scores), np.nan)
    names = dict.fromkeys([*scores.values, *(name for one in new.values() for name in one)])
    columns = {name: [new[step].get(name, np.nan) for step in steps] for name in names}
    return Scores(
        np.append(scores.step, np.array(steps, np.int64)),
        {
            name: np.append(scores.values.get(name, missing), column)
            for name, column in columns.items()
        },
    )
