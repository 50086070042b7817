"""Two-dimensional targets, sampled for every batch instead of kept in memory."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ganlib.data.base import Data
from ganlib.events import DataReport

if TYPE_CHECKING:
    import tensorflow as tf

    Place = Callable[[tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Plane:
    """A distribution in the plane: a place for every U(0, 1) number, and noise around it.

    Args:
        title: name on pages, with its parameters.
        place: (n,) numbers from 0 to below 1 -> (n, 2) points.
        sd: standard deviation of the normal noise around the place, in both directions.
        centre: mean of both coordinates, or of each.
        scale: root of the mean variance of the two coordinates.
        modes: (k, 2) positions of its peaks; empty if it has none.
        key: distinguishes distributions of the same title.
    """

    title: str
    place: "Place"
    sd: float
    centre: float | tuple[float, float]
    scale: float
    modes: tuple[tuple[float, float], ...] = ()
    key: str = ""


class PlaneData(Data):
    """Independent draws from a distribution in the plane."""

    sample_shape = (2,)

    def __init__(self, plane: Plane):
        self.plane = plane
        self.report = DataReport(plane.title, "sampled for every batch")

    @property
    def kind(self) -> str:
        """See `Data.kind`."""
        return f"{self.plane.title!r} {self.plane.key}"

    def draw(self, seed: "tf.Tensor", count: int, *tensors: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        along = tf.random.stateless_uniform((count,), seed)
        around = tf.random.stateless_normal((count, 2), seed + tf.constant([0, 1 << 30], tf.int32))
        return self.plane.place(along) + self.plane.sd * around


def peaks(title: str, modes: list[tuple[float, float]], sd: float) -> Plane:
    """Gaussian peaks of equal weight.

    Args:
        title: name on pages.
        modes: positions of the peaks.
        sd: of each peak, in both directions.
    """
    table = np.array(modes, np.float32)

    def place(along: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        return tf.gather(tf.constant(table), tf.cast(along * len(table), tf.int32))

    scale = math.sqrt(float(table.var(axis=0).mean()) + sd**2)
    return Plane(title, place, sd, float(table.mean()), scale, tuple(modes))


def _line(along: "tf.Tensor") -> "tf.Tensor":
    import tensorflow as tf

    across = 2 * along - 1
    return tf.stack([across, across / 2], axis=1)


def _spiral(along: "tf.Tensor") -> "tf.Tensor":
    import tensorflow as tf

    # The square root spreads the points evenly along the curve.
    turned = tf.sqrt(along)
    angle = 3.5 * math.pi * turned
    return tf.stack([turned * tf.cos(angle), turned * tf.sin(angle)], axis=1)


def _moons(along: "tf.Tensor") -> "tf.Tensor":
    import tensorflow as tf

    upper = along < 0.5
    angle = 2 * math.pi * tf.where(upper, along, along - 0.5)
    x = tf.where(upper, tf.cos(angle) - 0.5, 0.5 - tf.cos(angle))
    y = tf.where(upper, tf.sin(angle) - 0.25, 0.25 - tf.sin(angle))
    return tf.stack([x, y], axis=1)


def _ring(count: int, radius: float) -> list[tuple[float, float]]:
    angles = [2 * math.pi * index / count for index in range(count)]
    return [(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]


_STEPS = (-4.0, -2.0, 0.0, 2.0, 4.0)

TARGETS: dict[str, Plane] = {
    "ring8": peaks("Ring of 8 peaks, radius 1, sd 0.01", _ring(8, 1.0), 0.01),
    "grid25": peaks("Grid of 25 peaks, sd 0.05", [(x, y) for x in _STEPS for y in _STEPS], 0.05),
    "two_gaussians": peaks("Two Gaussians, sd 0.3", [(-1.0, 0.0), (1.0, 0.0)], 0.3),
    "line": Plane("Line, sd 0.05", _line, 0.05, 0.0, 0.46),
    "spiral": Plane("Spiral, sd 0.02", _spiral, 0.02, -0.107, 0.484),
    "moons": Plane("Two moons, sd 0.05", _moons, 0.05, 0.0, 0.71),
}
