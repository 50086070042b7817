"""One-dimensional targets, drawn afresh for every batch instead of kept in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from ganlib.data.base import Data
from ganlib.events import DataReport

if TYPE_CHECKING:
    import tensorflow as tf

    Transform = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Distribution:
    """A distribution on the real line.

    Args:
        title: how a user knows it, with its parameters.
        mean: first moment.
        sd: standard deviation.
        density: x of any shape -> probability density, same shape.
        transform: independent U(0, 1) and N(0, 1) draws, any one shape -> samples, same shape.
    """

    title: str
    mean: float
    sd: float
    density: Callable[[np.ndarray], np.ndarray]
    transform: "Transform"


class DistributionData(Data):
    """Independent draws of a distribution, without end.

    Args:
        distribution: what to draw.
        size: independent numbers in one sample.
    """

    def __init__(self, distribution: Distribution, size: int = 1):
        self.distribution = distribution
        self.sample_shape = (size,)
        self.report = DataReport(distribution.title, "drawn afresh for every batch")

    @property
    def fingerprint(self) -> str:
        """See `Data.fingerprint`."""
        drawn = self.distribution
        return f"{drawn.title!r} {drawn.mean!r} {drawn.sd!r} {self.sample_shape}"

    def draw(self, seed: "tf.Tensor", count: int) -> "tf.Tensor":
        import tensorflow as tf

        shape = (count, *self.sample_shape)
        uniform = tf.random.stateless_uniform(shape, seed)
        normal = tf.random.stateless_normal(shape, seed + tf.constant([0, 1 << 30], tf.int32))
        return self.distribution.transform(uniform, normal)


def gaussian(mean: float, sd: float) -> Distribution:
    """N(mean, sd)."""
    return Distribution(
        f"Gaussian, mean {mean:g}, sd {sd:g}",
        mean,
        sd,
        stats.norm(mean, sd).pdf,
        lambda uniform, normal: mean + sd * normal,
    )


def two_peaks(distance: float, sd: float) -> Distribution:
    """Two Gaussian peaks of equal weight, `distance` apart, centred on 0."""
    half = distance / 2

    def density(x: np.ndarray) -> np.ndarray:
        left: np.ndarray = stats.norm(-half, sd).pdf(x)
        right: np.ndarray = stats.norm(half, sd).pdf(x)
        return (left + right) / 2

    def transform(uniform: "tf.Tensor", normal: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        return tf.where(uniform < 0.5, -half, half) + sd * normal

    title = f"Two peaks at {-half:g} and {half:g}, sd {sd:g} each"
    return Distribution(title, 0.0, float(np.hypot(half, sd)), density, transform)


def uniform_between(low: float, high: float) -> Distribution:
    """U(low, high)."""
    frozen = stats.uniform(low, high - low)
    return Distribution(
        f"Uniform, {low:g} to {high:g}",
        float(frozen.mean()),
        float(frozen.std()),
        frozen.pdf,
        lambda uniform, normal: low + (high - low) * uniform,
    )


def exponential(scale: float) -> Distribution:
    """Exponential with mean `scale`."""

    def transform(uniform: "tf.Tensor", normal: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        return -scale * tf.math.log1p(-uniform)

    frozen = stats.expon(scale=scale)
    return Distribution(f"Exponential, mean {scale:g}", scale, scale, frozen.pdf, transform)


def log_normal(mu: float, sigma: float) -> Distribution:
    """exp of N(mu, sigma)."""

    def transform(uniform: "tf.Tensor", normal: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        return tf.exp(mu + sigma * normal)

    frozen = stats.lognorm(sigma, scale=np.exp(mu))
    return Distribution(
        f"Log-normal, mu {mu:g}, sigma {sigma:g}",
        float(frozen.mean()),
        float(frozen.std()),
        frozen.pdf,
        transform,
    )


TARGETS: dict[str, Distribution] = {
    "mixture": two_peaks(4.0, 0.5),
    "gaussian": gaussian(4.0, 1.25),
    "uniform": uniform_between(-1.0, 1.0),
    "exponential": exponential(1.0),
    "log-normal": log_normal(0.0, 0.5),
}
