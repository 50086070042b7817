"""Status of a run, which every line of its journal contains."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

# Types of values in a journal. Counts fit in numpy's int64; numbers may be infinite or NaN.
Count = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Number = Annotated[float, Field(strict=True)]

State = Literal["queued", "running", "paused", "stopped", "finished", "failed", "interrupted"]

ACTIVE: tuple[State, ...] = ("queued", "running", "paused")


@dataclass(frozen=True)
class Status:
    """Status of a run. All times are ISO 8601 in UTC.

    Args:
        state: see `State`.
        steps: total steps, that is generator updates.
        step: generator updates so far.
        phase: activity before the first step or after the last, such as "loading MNIST"; empty
            during training.
        phase_share: progress of the phase, 0 to 1; 0 if it is unknown.
        steps_per_second: during training, over the last seconds; afterwards, over the entire
            session without its first call, which compiles.
        elapsed_s: seconds of training without pauses.
        device: device of the networks, such as "CPU".
        parameters: number of parameters of each network, by name.
        data: one sentence about the data.
        message: message for the user, such as the reason of a failure; may be empty.
        latest: mean of each metric over the last call of the compiled step.
        scores: latest scores by name; lower is better.
        best_scores: lowest value so far of the recipe's score, by its name.
        best_steps: step with that value, by name of the score.
        metrics: final scores by name; empty until the run is finished.
        weights_sha256: hash of the final weights; empty until the run is finished.
        saved_step: step of the last checkpoint.
        changes: number of changes made by users during training.
        heartbeat: time of this status.
        queued: time when the run was queued; empty if it is not in a queue. Stays set when the
            process ends, so that the next process can queue the run again.
        started: time of the first start; empty before.
        ended: time of the end; empty before.
    """

    state: State
    steps: Count
    step: Count = 0
    phase: str = ""
    phase_share: Number = 0.0
    steps_per_second: Number = 0.0
    elapsed_s: Number = 0.0
    device: str = ""
    parameters: dict[str, Count] = field(default_factory=dict)
    data: str = ""
    message: str = ""
    latest: dict[str, Number] = field(default_factory=dict)
    scores: dict[str, Number] = field(default_factory=dict)
    best_scores: dict[str, Number] = field(default_factory=dict)
    best_steps: dict[str, Count] = field(default_factory=dict)
    metrics: dict[str, Number] = field(default_factory=dict)
    weights_sha256: str = ""
    saved_step: Count = 0
    changes: Count = 0
    heartbeat: str = ""
    queued: str = ""
    started: str = ""
    ended: str = ""

    @property
    def active(self) -> bool:
        """True if the run is queued, running or paused."""
        return self.state in ACTIVE

    @property
    def share(self) -> float:
        """Progress of the training, 0 to 1."""
        return self.step / max(1, self.steps)

    @property
    def eta_s(self) -> float | None:
        """Seconds until the last step at the current rate; None if there is no rate."""
        if self.state not in ("running", "paused") or self.steps_per_second <= 0:
            return None
        return max(0, self.steps - self.step) / self.steps_per_second

    @property
    def duration_s(self) -> float | None:
        """Seconds of training; None before the first start, also of a fork with a history."""
        return self.elapsed_s if self.started else None

    def fields(self) -> dict[str, Any]:
        """Returns the fields that are set, without `step`, for a line of the journal."""
        return {name: value for name, value in vars(self).items() if value and name != "step"}


_STATUS = TypeAdapter(Status)


def status_of(values: Mapping[str, Any], step: int) -> Status:
    """Parses the status in a line of a journal; ignores unknown fields.

    Args:
        values: see `Status.fields`.
        step: step of the line.

    Raises:
        ValueError: a field has a value of the wrong type.
    """
    return _STATUS.validate_python({"steps": 0, **values, "step": step})
