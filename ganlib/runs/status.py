"""Where a run stands: status.json, rewritten whole at every change."""

import time
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_origin

from ganlib.runs.documents import damaged, name_of, read_document, write_document
from ganlib.runs.durable import is_full
from ganlib.runs.figures import is_count, is_figures, is_number
from ganlib.runs.identity import utc_now

State = Literal["queued", "running", "paused", "stopped", "finished", "failed", "interrupted"]

ACTIVE: tuple[State, ...] = ("queued", "running", "paused")
_STATES: tuple[State, ...] = (*ACTIVE, "stopped", "finished", "failed", "interrupted")

_FILE = "status.json"
_INTERVAL_S = 0.25


@dataclass(frozen=True)
class Status:
    """Where a run stands.

    Args:
        state: see `State`.
        steps: generator updates after which the run is finished.
        step: generator updates so far.
        phase: what happens before the first step and after the last, such as "loading MNIST";
            else empty.
        phase_share: how much of the phase is done, 0 to 1; 0 too where nobody knows.
        steps_per_second: while it trains, of the last seconds; afterwards, of the
            whole session but its first call, which compiles.
        elapsed_s: seconds of training, pauses not counted.
        device: where it trains, such as "CPU".
        parameters: parameter count of each network, by name.
        data: one sentence: which data the run got.
        message: one sentence when something is to be said, such as why it failed.
        latest: each metric's mean over the last call of the compiled step.
        scores: the last scores by name; lower is better.
        best_scores: the lowest of each score so far.
        metrics: final scores by name, once the run is finished.
        weights_sha256: of the final weights, once the run is finished.
        saved_step: of the last checkpoint that was written.
        heartbeat: when this was written, ISO UTC.
        queued: when it was put into the queue that it waits in, ISO UTC; else empty. It stays
            where the process that had the queue is gone, so that the next one can go on with it.
        started: when it was first started, ISO UTC; empty before.
        ended: when it ended, ISO UTC; empty before.
    """

    state: State
    steps: int
    step: int = 0
    phase: str = ""
    phase_share: float = 0.0
    steps_per_second: float = 0.0
    elapsed_s: float = 0.0
    device: str = ""
    parameters: dict[str, int] = field(default_factory=dict)
    data: str = ""
    message: str = ""
    latest: dict[str, float] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    best_scores: dict[str, float] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    weights_sha256: str = ""
    saved_step: int = 0
    heartbeat: str = ""
    queued: str = ""
    started: str = ""
    ended: str = ""

    @property
    def active(self) -> bool:
        """Whether somebody owns the run: it is queued, running or paused."""
        return self.state in ACTIVE

    @property
    def share(self) -> float:
        """How much of the steps is done, 0 to 1."""
        return self.step / max(1, self.steps)

    @property
    def eta_s(self) -> float | None:
        """Seconds until the last step at the present rate; None where there is none."""
        if self.state not in ("running", "paused") or self.steps_per_second <= 0:
            return None
        return max(0, self.steps - self.step) / self.steps_per_second


def read_status(folder: Path) -> Status:
    """The status in a run's folder, as it was written.

    Raises:
        DamagedError: it is missing or not what was written.
        TooNewError: a later version wrote it.
    """
    body = read_document(folder / _FILE)
    known = {item.name: item for item in fields(Status)}
    values = {name: value for name, value in body.items() if name in known}
    if values.get("state") not in _STATES or not all(
        _fits(value, known[name].type) for name, value in values.items()
    ):
        raise damaged(name_of(folder / _FILE))
    return Status(**{"steps": 0, **values})


def write_status(folder: Path, status: Status, *, sync: bool = True) -> Status:
    """Writes the status with a new heartbeat, which the writer of the run alone may do."""
    status = replace(status, heartbeat=utc_now())
    write_document(folder / _FILE, asdict(status), sync=sync)
    return status


class StatusFile:
    """The status of a run in the hands of its writer.

    Args:
        folder: the run's folder.
        status: the status to start from; written at the first `set` or `progress`.
    """

    def __init__(self, folder: Path, status: Status):
        self._folder = folder
        self._status = status
        self._due = 0.0

    @property
    def status(self) -> Status:
        """The latest status, written or about to be."""
        return self._status

    def set(self, status: Status) -> None:
        """A change that readers must see at once, and that must outlive a loss of power."""
        self._status = write_status(self._folder, status)
        self._due = 0.0

    def progress(self, status: Status) -> None:
        """A change that readers see within a quarter of a second while training goes on."""
        self._status = status
        if time.monotonic() >= self._due:
            try:
                self._status = write_status(self._folder, status, sync=False)
            except OSError as error:
                # Whatever matters more than this will not find room either, and say so.
                if not is_full(error):
                    raise
            self._due = time.monotonic() + _INTERVAL_S


def _fits(value: Any, kind: Any) -> bool:
    if get_origin(kind) is dict:
        return is_figures(value)
    if kind is int:
        return is_count(value)
    return is_number(value) if kind is float else isinstance(value, str)
