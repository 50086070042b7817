"""scores.jsonl: the scores of the samples, one checksummed JSON line for each step that has any."""

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ganlib.runs.documents import DamagedError, decoded_lines, encode, name_of, read_file
from ganlib.runs.durable import AppendFile, replace_bytes
from ganlib.runs.figures import is_count, is_figures


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores over the steps.

    Args:
        step: (rows,) int64.
        values: (rows,) float64 by name; NaN where a step lacks it.
    """

    step: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    values: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.step)

    def at(self, step: int) -> dict[str, float]:
        """Those that a step has, by name."""
        row = self.step == step
        found = {name: values[row] for name, values in self.values.items()}
        return {name: float(one[0]) for name, one in found.items() if np.isfinite(one).any()}


class _Row(NamedTuple):
    """A line of the log.

    Args:
        step: of the samples.
        scores: by name.
        line: as it stands in the file.
    """

    step: int
    scores: dict[str, float]
    line: bytes


class ScoresReader:
    """The scores in a scores.jsonl, of which each refresh parses only what is new.

    Any number of threads may share one reader.

    Args:
        path: the log; may not exist yet.
    """

    def __init__(self, path: Path):
        self._path = path
        self._lock = threading.Lock()
        self._parsed = b""
        self._scores = Scores()

    def refresh(self) -> Scores:
        """All whole lines of the log; torn, damaged and foreign ones are left out.

        Raises:
            DamagedError: it is no file, or cannot be read.
            TooNewError: a later version wrote it.
        """
        with self._lock:
            content = b""
            with suppress(FileNotFoundError):
                content = read_file(self._path)
            if not content.startswith(self._parsed):
                # It was cut by a resume, and is another one now.
                self._parsed, self._scores = b"", Scores()
            whole = content[: content.rfind(b"\n") + 1]
            if whole != self._parsed:
                last = int(self._scores.step[-1]) if len(self._scores.step) else -1
                new = _table(_rows(whole[len(self._parsed) :], self._path, last))
                self._scores = _joined(self._scores, new)
                self._parsed = whole
            return self._scores


class ScoresWriter:
    """Appends to a run's scores.jsonl; opening cuts it like `MetricsWriter` does.

    Args:
        path: the log; created when missing.
        keep_to_step: the step of the checkpoint that the run goes on from; 0 for a new run.
    """

    def __init__(self, path: Path, keep_to_step: int):
        stored = None
        with suppress(FileNotFoundError, DamagedError):
            stored = read_file(path)
        kept = [row for row in _rows(stored or b"", path) if row.step <= keep_to_step]
        content = b"".join(row.line for row in kept)
        if stored is None or not stored.startswith(content):
            replace_bytes(path, content, sync=True)
        self.last: dict[str, float] = kept[-1].scores if kept else {}
        self.best: dict[str, float] = {}
        self._last_step = kept[-1].step if kept else -1
        for row in kept:
            self._compare(row.scores)
        self._what = name_of(path)
        self._file = AppendFile(path, len(content))

    def append(self, step: int, scores: dict[str, float]) -> None:
        """Adds the scores at a step, unless the log has them (a resume may repeat a step)."""
        if step <= self._last_step:
            return
        self._file.append(encode({"step": step, "scores": scores}, self._what))
        self._last_step, self.last = step, scores
        self._compare(scores)

    def sync(self) -> None:
        """Waits until the disk has every line."""
        self._file.sync()

    def close(self) -> None:
        self._file.close()

    def _compare(self, scores: dict[str, float]) -> None:
        for name, value in scores.items():
            if value < self.best.get(name, np.inf):
                self.best[name] = value


def copy_scores(source: Path, target: Path, last_step: int) -> None:
    """Copies a log up to a step, and waits until the disk has it."""
    content = b""
    with suppress(FileNotFoundError):
        content = read_file(source)
    kept = [row for row in _rows(content, source) if row.step <= last_step]
    lines = [encode({"step": row.step, "scores": row.scores}, name_of(target)) for row in kept]
    replace_bytes(target, b"".join(lines), sync=True)


def _rows(content: bytes, path: Path, last_step: int = -1) -> list[_Row]:
    """The whole and unharmed lines of a part of the log, of steps after the last one."""
    found = []
    for body, line in decoded_lines(content, name_of(path)):
        step, scores = body.get("step"), body.get("scores")
        if is_count(step) and is_figures(scores) and step > last_step:
            last_step = step
            found.append(_Row(step, scores, line))
    return found


def _table(rows: list[_Row]) -> Scores:
    names = list(dict.fromkeys(name for row in rows for name in row.scores))
    return Scores(
        np.array([row.step for row in rows], np.int64),
        {name: np.array([row.scores.get(name, np.nan) for row in rows]) for name in names},
    )


def _joined(first: Scores, second: Scores) -> Scores:
    """One after the other; a score that one of them lacks is NaN there."""

    def column(part: Scores, name: str) -> np.ndarray:
        return part.values.get(name, np.full(len(part.step), np.nan))

    return Scores(
        np.concatenate([first.step, second.step]),
        {
            name: np.concatenate([column(first, name), column(second, name)])
            for name in dict.fromkeys([*first.values, *second.values])
        },
    )
