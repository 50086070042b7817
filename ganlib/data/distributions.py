"""One-dimensional targets, sampled for every batch instead of kept in memory."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from ganlib.data.base import Data
from ganlib.events import DataReport

if TYPE_CHECKING:
    import tensorflow as tf

    Transform = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


_MOST_PEAKS = 20
_MOST_PLACE = 1e6
_LEAST_SD = 1e-3
_WEIGHT_LIMIT = 1e6


@dataclass(frozen=True)
class Distribution:
    """A distribution on the real line.

    Args:
        title: name on pages, with its parameters.
        mean: first moment.
        sd: standard deviation.
        density: x of any shape -> probability density, same shape; None if there is none.
        transform: independent U(0, 1) and N(0, 1) draws, any one shape -> samples, same shape.
    """

    title: str
    mean: float
    sd: float
    density: Callable[[np.ndarray], np.ndarray] | None
    transform: "Transform"


class DistributionData(Data):
    """Independent draws from a distribution.

    Args:
        distribution: to draw from.
        size: independent numbers in one sample.
    """

    def __init__(self, distribution: Distribution, size: int = 1):
        self.distribution = distribution
        self.sample_shape = (size,)
        self.report = DataReport(distribution.title, "sampled for every batch")

    @property
    def kind(self) -> str:
        """See `Data.kind`."""
        drawn = self.distribution
        return f"{drawn.title!r} {drawn.mean!r} {drawn.sd!r} {self.sample_shape}"

    def draw(self, seed: "tf.Tensor", count: int, *tensors: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        shape = (count, *self.sample_shape)
        uniform = tf.random.stateless_uniform(shape, seed)
        normal = tf.random.stateless_normal(shape, seed + tf.constant([0, 1 << 30], tf.int32))
        return self.distribution.transform(uniform, normal)


def _of_scipy(title: str, frozen: Any, transform: "Transform") -> Distribution:
    """Takes the moments and the density from a frozen distribution of `scipy.stats`."""
    return Distribution(title, float(frozen.mean()), float(frozen.std()), frozen.pdf, transform)


def gaussian(mean: float, sd: float) -> Distribution:
    """Normal distribution with that mean and standard deviation."""
    title = f"Gaussian, mean {mean:g}, sd {sd:g}"
    return _of_scipy(title, scipy.stats.norm(mean, sd), lambda uniform, normal: mean + sd * normal)


def two_peaks(distance: float, sd: float) -> Distribution:
    """Two Gaussian peaks of equal weight, `distance` apart, centred on 0."""
    half = distance / 2

    def density(x: np.ndarray) -> np.ndarray:
        left: np.ndarray = scipy.stats.norm(-half, sd).pdf(x)
        right: np.ndarray = scipy.stats.norm(half, sd).pdf(x)
        return (left + right) / 2

    def transform(uniform: "tf.Tensor", normal: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        return tf.where(uniform < 0.5, -half, half) + sd * normal

    title = f"Two peaks at {-half:g} and {half:g}, sd {sd:g} each"
    return Distribution(title, 0.0, float(np.hypot(half, sd)), density, transform)


@dataclass(frozen=True)
class Peak:
    """A Gaussian peak of a mixture.

    Args:
        at: its mean.
        sd: its standard deviation.
        weight: its share of the values, relative to the other weights.
    """

    at: float
    sd: float
    weight: float


def parse_peaks(text: str) -> tuple[Peak, ...]:
    """Parses peaks such as "-2:0.5:1, 2:0.5:3".

    Raises:
        ValueError: the text has another form; in one sentence.
    """
    found = []
    for part in text.split(","):
        try:
            at, sd, weight = (float(number) for number in part.split(":"))
        except ValueError:
            raise ValueError(
                "peaks must be position:sd:weight for each, separated by commas, such as "
                f"-2:0.5:1, 2:0.5:1. Received: {part.strip()!r}."
            ) from None
        # Also false for NaN.
        placed = abs(at) <= _MOST_PLACE and _LEAST_SD <= sd <= _MOST_PLACE
        if not (placed and 0 < weight < _WEIGHT_LIMIT):
            raise ValueError(
                f"A peak's position must be from -{_MOST_PLACE:g} to {_MOST_PLACE:g}, its sd from "
                f"{_LEAST_SD:g} to {_MOST_PLACE:g}, and its weight above 0 and below "
                f"{_WEIGHT_LIMIT:,.0f}. Received: {part.strip()!r}."
            )
        found.append(Peak(at, sd, weight))
    if len(found) > _MOST_PEAKS:
        raise ValueError(f"There may be up to {_MOST_PEAKS} peaks. Received: {len(found)}.")
    return tuple(found)


def mixture(peaks: Sequence[Peak]) -> Distribution:
    """Gaussian peaks, each with its own place, width and weight."""
    at, sds, weights = np.array([[peak.at, peak.sd, peak.weight] for peak in peaks]).T
    weights = weights / weights.sum()
    mean = float(weights @ at)
    variance = float(weights @ (sds**2 + (at - mean) ** 2))

    def density(x: np.ndarray) -> np.ndarray:
        parts = scipy.stats.norm(at, sds).pdf(np.asarray(x)[..., None])
        found: np.ndarray = parts @ weights
        return found

    def transform(uniform: "tf.Tensor", normal: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        borders = tf.constant(np.cumsum(weights)[:-1], tf.float32)
        which = tf.reduce_sum(tf.cast(uniform[..., None] >= borders, tf.int32), axis=-1)
        places, widths = (tf.constant(values, tf.float32) for values in (at, sds))
        return tf.gather(places, which) + tf.gather(widths, which) * normal

    told = ", ".join(f"{peak.at:g} (sd {peak.sd:g}, weight {peak.weight:g})" for peak in peaks)
    return Distribution(f"Peaks at {told}", mean, math.sqrt(variance), density, transform)


def uniform_between(low: float, high: float) -> Distribution:
    """U(low, high)."""
    return _of_scipy(
        f"Uniform, {low:g} to {high:g}",
        scipy.stats.uniform(low, high - low),
        lambda uniform, normal: low + (high - low) * uniform,
    )


def exponential(scale: float) -> Distribution:
    """Exponential with mean `scale`."""

    def transform(uniform: "tf.Tensor", normal: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        return -scale * tf.math.log1p(-uniform)

    return _of_scipy(f"Exponential, mean {scale:g}", scipy.stats.expon(scale=scale), transform)


def log_normal(mu: float, sigma: float) -> Distribution:
    """exp of N(mu, sigma)."""

    def transform(uniform: "tf.Tensor", normal: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        return tf.exp(mu + sigma * normal)

    title = f"Log-normal, mu {mu:g}, sigma {sigma:g}"
    return _of_scipy(title, scipy.stats.lognorm(sigma, scale=np.exp(mu)), transform)


def student_t() -> Distribution:
    """Student's t with 4 degrees of freedom: heavier tails than a Gaussian's.

    Source: Shaw 2006, "Sampling Student's T distribution", for the quantiles in closed form.
    """

    def transform(uniform: "tf.Tensor", normal: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        # Near the middle, the difference below would lose half of the digits of float32.
        share = tf.clip_by_value(tf.cast(uniform, tf.float64), 1e-9, 1 - 1e-9)
        alpha = tf.minimum(4 * share * (1 - share), 1)
        ratio = tf.cos(tf.acos(tf.sqrt(alpha)) / 3) / tf.sqrt(alpha)
        size = 2 * tf.sqrt(tf.maximum(ratio - 1, 0))
        return tf.cast(tf.sign(share - 0.5) * size, tf.float32)

    return _of_scipy("Student's t, 4 degrees of freedom", scipy.stats.t(4), transform)


def heavy_tail(cut: float) -> Distribution:
    """Cauchy distribution, truncated at plus and minus `cut`."""
    reach = math.atan(cut)

    def density(x: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.where(np.abs(x) <= cut, 1 / (2 * reach * (1 + x**2)), 0.0)
        return found

    def transform(uniform: "tf.Tensor", normal: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        return tf.tan(reach * (2 * uniform - 1))

    sd = math.sqrt(cut / reach - 1)
    return Distribution(f"Cauchy, cut at {-cut:g} and {cut:g}", 0.0, sd, density, transform)


def die(sides: int) -> Distribution:
    """Whole numbers from 1 to `sides`, equally likely."""

    def transform(uniform: "tf.Tensor", normal: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        return 1 + tf.floor(sides * uniform)

    sd = math.sqrt((sides**2 - 1) / 12)
    return Distribution(f"Die with {sides} sides", (sides + 1) / 2, sd, None, transform)


# Functions, because they need scipy.stats, which takes long to import.
TARGETS: dict[str, Callable[[], Distribution]] = {
    "mixture": lambda: two_peaks(4.0, 0.5),
    "gaussian": lambda: gaussian(4.0, 1.25),
    "uniform": lambda: uniform_between(-1.0, 1.0),
    "exponential": lambda: exponential(1.0),
    "log-normal": lambda: log_normal(0.0, 0.5),
    "student-t": student_t,
    "heavy-tail": lambda: heavy_tail(50.0),
    "die": lambda: die(6),
}


@cache
def target(name: str) -> Distribution:
    """Returns the distribution of that name in `TARGETS`."""
    return TARGETS[name]()
