"""Where a run stands. Every line of its journal says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_origin

from ganlib.runs.figures import is_count, is_figures, is_number

State = Literal["queued", "running", "paused", "stopped", "finished", "failed", "interrupted"]

ACTIVE: tuple[State, ...] = ("queued", "running", "paused")
_STATES: tuple[State, ...] = (*ACTIVE, "stopped", "finished", "failed", "interrupted")


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
        changes: number of changes that users made in the middle of the run.
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
    changes: int = 0
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

    def fields(self) -> dict[str, Any]:
        """As it stands in a line of the journal, beside the line's step: what is set."""
        values = {name: getattr(self, name) for name in _KINDS if name != "step"}
        return {name: value for name, value in values.items() if value or name == "steps"}


_KINDS = {item.name: item.type for item in fields(Status)}


def status_of(values: Mapping[str, Any], step: int) -> Status:
    """The status in a line of a journal; what this version does not know is left out.

    Args:
        values: see `Status.fields`.
        step: the line's.

    Raises:
        ValueError: a value is none that a status has.
    """
    known = {name: value for name, value in values.items() if name in _KINDS}
    if known.get("state") not in _STATES or not all(
        _fits(value, _KINDS[name]) for name, value in known.items()
    ):
        raise ValueError("no status")
    return Status(**{"steps": 0, **known, "step": step})


def _fits(value: Any, kind: Any) -> bool:
    if get_origin(kind) is dict:
        return is_figures(value)
    if kind is int:
        return is_count(value)
    return is_number(value) if kind is float else isinstance(value, str)
