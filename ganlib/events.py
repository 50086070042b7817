"""What a trainer yields. Whoever consumes it (a thread, the command line, a test) sees the same."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class DataReport:
    """Which data a run got, told to the user as it is.

    Args:
        name: the dataset's title, such as "MNIST".
        provenance: where it came from, such as "bundled sample".
        count: number of samples in use; None where they are drawn without end.
        total: number there are in the full dataset; None where that has no meaning.
    """

    name: str
    provenance: str
    count: int | None = None
    total: int | None = None

    def sentence(self) -> str:
        """One plain line, such as "MNIST, bundled sample: 10,000 of 60,000"."""
        if self.count is None:
            return f"{self.name}, {self.provenance}"
        of_total = f" of {self.total:,}" if self.total and self.total != self.count else ""
        return f"{self.name}, {self.provenance}: {self.count:,}{of_total}"


@dataclass(frozen=True)
class Phase:
    """Work that comes before the first step, such as "loading MNIST".

    Args:
        text: what is done now.
        share: how much of it is done, from 0 to 1; None where nobody knows.
    """

    text: str
    share: float | None = None


@dataclass(frozen=True)
class Started:
    """Networks are built; training begins with the next event.

    Args:
        step: 0, or the step of the checkpoint that was resumed.
        parameters: parameter count of each network, by name.
        data: which data the run got.
        device: where it trains, such as "CPU" or "2 GPUs".
        real: (n, *sample_shape), real samples to stand beside generated ones.
        real_views: what `Samples.views` has of generated samples, of real ones, where that
            is the same at every step.
        metric_names: the columns of every `Metrics` that follows.
        elapsed_s: seconds of training up to that step.
    """

    step: int
    parameters: dict[str, int]
    data: DataReport
    device: str
    real: np.ndarray
    metric_names: tuple[str, ...]
    real_views: Arrays = field(default_factory=dict)
    elapsed_s: float = 0.0


@dataclass(frozen=True)
class Metrics:
    """Figures of consecutive steps.

    Args:
        first_step: the step (counted from 1) of the first row.
        values: (rows, len(metric_names)) float32.
        elapsed_s: seconds of training at the last row, pauses not counted.
    """

    first_step: int
    values: np.ndarray
    elapsed_s: float

    @property
    def last_step(self) -> int:
        return self.first_step + len(self.values) - 1


@dataclass(frozen=True)
class Samples:
    """Generated samples at a step, in the data's own units (images: uint8).

    Args:
        step: generator updates so far.
        fixed: (n, *sample_shape) from the run's one fixed noise.
        fresh: (n, *sample_shape) from new noise.
        noise: (n, *latent_shape) the fixed noise, where a page shows it; else None.
        views: what else there is to see at this step; see `Inspector.snapshot` in `training`.
        scores: the recipe's scores of the fresh samples, by name, and how steep the
            discriminator is; see `Inspector.slopes` in `training`.
    """

    step: int
    fixed: np.ndarray
    fresh: np.ndarray
    noise: np.ndarray | None = None
    views: Arrays = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """What a user changed in the middle of a run. It belongs to the run: a resume repeats it.

    Args:
        step: updates before it; it acts from the next one on.
        knobs: new values by name, of those that `config.CHANGEABLE` names.
        learns: "discriminator" or "generator": in the next update this one learns alone;
            "both" for one update of both, to be looked at; "" for none.
    """

    step: int
    knobs: dict[str, Any] = field(default_factory=dict)
    learns: str = ""


@dataclass(frozen=True)
class Checkpoint:
    """Everything that decides the run's future.

    Args:
        step: generator updates so far.
        elapsed_s: seconds of training so far.
        state: arrays by name: both networks, their averages, both optimisers,
            and the state of every random generator.
        milestone: whether it is kept for good.
        changes: length and CRC-32 of the log of changes when it was saved, for who goes on
            from it must have them all. Whoever writes the run knows them, and no trainer.
    """

    step: int
    elapsed_s: float
    state: Arrays
    milestone: bool = False
    changes: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Finished:
    """The run reached its last step.

    Args:
        step: that step.
        weights_sha256: over all generator and discriminator weights in order,
            as little-endian float32.
        metrics: final scores by name.
    """

    step: int
    weights_sha256: str
    metrics: dict[str, float] = field(default_factory=dict)


Event = Phase | Started | Metrics | Samples | Checkpoint | Finished
