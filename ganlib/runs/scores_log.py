"""scores.jsonl: the scores of the samples, one checksummed JSON line for each step that has any."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganlib.runs.documents import DamagedError, decode, encode
from ganlib.runs.durable import AppendFile, replace_bytes


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores over the steps.

    Args:
        step: (rows,) int64.
        values: (rows,) float64 by name; NaN where a step lacks it.
    """

    step: np.ndarray
    values: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.step)


def read_scores(path: Path) -> Scores:
    """All whole lines of the log; torn and damaged ones are left out.

    Raises:
        TooNewError: a later version wrote it.
    """
    rows = [row for row, _ in _lines(path)]
    names = list(dict.fromkeys(name for _, scores in rows for name in scores))
    return Scores(
        np.array([step for step, _ in rows], np.int64),
        {name: np.array([scores.get(name, np.nan) for _, scores in rows]) for name in names},
    )


class ScoresWriter:
    """Appends to a run's scores.jsonl; opening cuts it like `MetricsWriter` does.

    Args:
        path: the log; created when missing.
        keep_to_step: the step of the checkpoint that the run goes on from; 0 for a new run.
    """

    def __init__(self, path: Path, keep_to_step: int):
        kept = [(row, line) for row, line in _lines(path) if row[0] <= keep_to_step]
        content = b"".join(line for _, line in kept)
        if not path.exists() or not path.read_bytes().startswith(content):
            replace_bytes(path, content, sync=True)
        self.last: dict[str, float] = kept[-1][0][1] if kept else {}
        self.best: dict[str, float] = {}
        self._last_step = kept[-1][0][0] if kept else -1
        for (_, scores), _line in kept:
            self._compare(scores)
        self._file = AppendFile(path, len(content))

    def append(self, step: int, scores: dict[str, float]) -> None:
        """Adds the scores at a step, unless the log has them (a resume may repeat a step)."""
        if step <= self._last_step:
            return
        self._file.append(encode({"step": step, "scores": scores}))
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


def _lines(path: Path) -> list[tuple[tuple[int, dict[str, float]], bytes]]:
    content = path.read_bytes() if path.exists() else b""
    found = []
    last_step = -1
    for line in content.splitlines(keepends=True):
        try:
            body = decode(line, f"{path.parent.name}/{path.name}")
        except DamagedError:
            continue
        if line.endswith(b"\n") and body["step"] > last_step:
            last_step = body["step"]
            found.append(((last_step, body["scores"]), line))
    return found
