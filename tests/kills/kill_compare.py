"""Whether two runs are the same, bit for bit, but for what only the clock decides."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ganlib.runs import Run

# Of a status, what must be equal. The rest are times and speeds.
_STATUS = (
    "state",
    "steps",
    "step",
    "phase",
    "message",
    "device",
    "parameters",
    "data",
    "scores",
    "best_scores",
    "best_steps",
    "metrics",
    "weights_sha256",
)


def differences(run: Run, whole: Run) -> list[str]:
    """What is not as it is in a run that nobody disturbed; nothing where they are equal.

    Args:
        run: the run in question, finished.
        whole: the same, never interrupted.
    """
    return [
        *_of_status(run, whole),
        *_of_metrics(run, whole),
        *_of_scores(run, whole),
        *_of_files(run, whole),
    ]


def _of_status(run: Run, whole: Run) -> Iterator[str]:
    found, expected = run.status(), whole.status()
    for name in _STATUS:
        if getattr(found, name) != getattr(expected, name):
            yield f"status: {name} {getattr(found, name)!r}, not {getattr(expected, name)!r}"


def _of_metrics(run: Run, whole: Run) -> Iterator[str]:
    found, expected = run.history(), whole.history()
    steps = np.arange(1, whole.status().steps + 1)
    for which, history in (("this", found), ("the whole", expected)):
        if not np.array_equal(history.step, steps):
            yield f"metrics: {which} run has not each step once"
            return
    if found.names != expected.names:
        yield f"metrics: {found.names}, not {expected.names}"
        return
    for name in expected.names:
        ours, theirs = found[name], expected[name]
        if ours.tobytes() != theirs.tobytes():
            step = steps[np.flatnonzero(ours != theirs)[0]]
            yield f"metrics: {name} from step {step} on"
    if np.any(np.diff(found.time_s) < 0):
        yield "metrics: time goes back"


def _of_scores(run: Run, whole: Run) -> Iterator[str]:
    found, expected = run.scores(), whole.scores()
    if not np.array_equal(found.step, expected.step):
        yield f"scores: steps {found.step.tolist()}, not {expected.step.tolist()}"
    elif found.values.keys() != expected.values.keys():
        yield f"scores: {list(found.values)}, not {list(expected.values)}"
    else:
        for name, values in expected.values.items():
            if found.values[name].tobytes() != values.tobytes():
                yield f"scores: {name}"
    if run.changes() != whole.changes():
        yield f"changes: {run.changes()}, not {whole.changes()}"


def _of_files(run: Run, whole: Run) -> Iterator[str]:
    found, expected = _files(run.path), _files(whole.path)
    if found.keys() != expected.keys():
        yield f"files: {sorted(found.keys() ^ expected.keys())} in only one"
    for name in sorted(found.keys() & expected.keys()):
        if name.endswith(".npz") and found[name] != expected[name]:
            yield f"files: {name}"
    for gap in run.record().gaps:
        yield f"journal: {gap.sentence()}"


def _files(folder: Path) -> dict[str, bytes]:
    """By name; every session adds a file for TensorBoard, whose name says when."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "tfevents" not in path.name
    }
