"""Events of a training, which a trainer yields to the run manager, the command line or a test."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class DataReport:
    """The data that a run uses.

    Args:
        name: title of the dataset, such as "MNIST".
        provenance: source of the data, such as "bundled sample".
        count: number of samples in use; None for data that are drawn from a distribution.
        total: number of samples in the full dataset; None if it has no fixed size.
    """

    name: str
    provenance: str
    count: int | None = None
    total: int | None = None

    def sentence(self) -> str:
        """Returns one line of text, such as "MNIST, bundled sample: 10,000 of 60,000"."""
        if self.count is None:
            return f"{self.name}, {self.provenance}"
        of_total = f" of {self.total:,}" if self.total and self.total != self.count else ""
        return f"{self.name}, {self.provenance}: {self.count:,}{of_total}"


@dataclass(frozen=True)
class Phase:
    """Work before the first step, such as "loading MNIST".

    Args:
        text: the current work.
        share: completed share, from 0 to 1; None if unknown.
    """

    text: str
    share: float | None = None


@dataclass(frozen=True)
class Started:
    """Networks are built; training begins with the next event.

    Args:
        step: 0, or the step of the checkpoint from which the run continues.
        parameters: number of parameters of each network, by name.
        data: the data that the run uses.
        device: such as "CPU" or "2 GPUs".
        real: (n, *sample_shape), real samples to compare with generated ones.
        real_views: those of `Samples.views` that are computed from real samples and are the
            same at every step.
        metric_names: columns of all following `Metrics`.
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
    """Metrics of consecutive steps.

    Args:
        first_step: the step (counted from 1) of the first row.
        values: (rows, len(metric_names)) float32.
        elapsed_s: seconds of training at the last row, without pauses.
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
        fixed: (n, *sample_shape) from the run's fixed noise.
        fresh: (n, *sample_shape) from new noise.
        noise: (n, *latent_shape) the fixed noise if a page shows it; else None.
        views: further arrays of this step; see `Inspector.snapshot` in `training`.
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
    """A change made by a user during training. It is part of the run: a resume repeats it.

    Args:
        step: number of updates before it; it takes effect at the next one.
        knobs: new values by name, of knobs in `config.CHANGEABLE`.
        learns: "discriminator" or "generator" to train only this network in the next update;
            "both" for a single update of both; "" for no single step.
    """

    step: int
    knobs: dict[str, Any] = field(default_factory=dict)
    learns: str = ""


@dataclass(frozen=True)
class Checkpoint:
    """The complete state of a training, from which it continues bit for bit.

    Args:
        step: generator updates so far.
        elapsed_s: seconds of training so far.
        state: arrays by name: both networks, their averages, both optimisers,
            and the state of every random generator.
        milestone: whether it is kept permanently.
    """

    step: int
    elapsed_s: float
    state: Arrays
    milestone: bool = False


@dataclass(frozen=True)
class Finished:
    """The run reached its last step.

    Args:
        step: that step.
        weights_sha256: digest of all generator and discriminator weights in order, as
            little-endian float32.
        metrics: final scores by name.
    """

    step: int
    weights_sha256: str
    metrics: dict[str, float] = field(default_factory=dict)


Event = Phase | Started | Metrics | Samples | Checkpoint | Finished
