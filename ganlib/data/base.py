"""What a dataset is: a name, a source, and samples to draw inside the compiled step."""

from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

import numpy as np

from ganlib.events import DataReport, Phase

if TYPE_CHECKING:
    import tensorflow as tf

Result = TypeVar("Result")

# Samples lie in the machine's own memory and are drawn there, whatever a run trains on. So one
# copy serves all runs and all devices; a batch is small, and goes to the device as it is. Images
# on a GPU could not be drawn there: TensorFlow gathers uint8 on the processor only, and would
# bring all of them to it at every step.
_HOST = "/CPU:0"


@dataclass(frozen=True)
class Scaling:
    """The line between the data's own units and what the networks see.

    Args:
        offset: the raw value that the networks see as 0; one for each coordinate, or one for all.
        factor: the raw distance that the networks see as 1; likewise.

    Attributes:
        dtype: of raw values.
    """

    offset: float | tuple[float, ...] = 0.0
    factor: float | tuple[float, ...] = 1.0
    dtype: ClassVar[str] = "float32"

    def to_model(self, raw: "tf.Tensor") -> "tf.Tensor":
        """Any shape, raw units -> same shape, the networks' units."""
        return (raw - self.offset) / self.factor

    def to_raw(self, model: np.ndarray) -> np.ndarray:
        """Any shape, the networks' units -> same shape, raw units."""
        # As arrays of the model's own type: a bare tuple would be one of float64.
        factor, offset = (np.asarray(x, model.dtype) for x in (self.factor, self.offset))
        raw: np.ndarray = model * factor + offset
        return raw


class PreciseScaling(Scaling):
    """Of raw values that are float64, for float32 would lose a small spread far from 0."""

    dtype = "float64"

    def to_model(self, raw: "tf.Tensor") -> "tf.Tensor":
        """Any shape, raw float64 -> same shape, float32 in the networks' units."""
        import tensorflow as tf

        return tf.cast(super().to_model(raw), tf.float32)

    def to_raw(self, model: np.ndarray) -> np.ndarray:
        """Any shape, the networks' units -> same shape, raw float64."""
        return super().to_raw(model.astype(np.float64))


class Data(ABC):
    """Loaded samples of one dataset.

    Attributes:
        report: which data this is and how much of it.
        sample_shape: shape of one sample, such as (28, 28, 1) or (1,).
        held: what is drawn from, each with samples along its first axis; empty where samples
            are made anew.
    """

    report: DataReport
    sample_shape: tuple[int, ...]
    held: "tuple[tf.Tensor, ...]" = ()

    @property
    @abstractmethod
    def kind(self) -> str:
        """Equal for data that draw the same samples out of the same `held`, otherwise not."""

    @abstractmethod
    def draw(self, seed: "tf.Tensor", count: int, *held: "tf.Tensor") -> "tf.Tensor":
        """Draws samples inside a compiled step.

        Args:
            seed: (2,) int32. The same seed draws the same samples.
            count: number of samples.
            held: that of these data, or of others of their kind.
        Returns:
            (count, *sample_shape) float32, in the data's own units; float64 where the recipe's
            scaling is a `PreciseScaling`.
        """

    def take(self, seed: int, count: int) -> np.ndarray:
        """The same draw outside a compiled step: (count, *sample_shape)."""
        import tensorflow as tf

        with tf.device(_HOST):
            return self.draw(tf.constant([seed, 0x5EED], tf.int32), count, *self.held).numpy()


class ArrayData(Data):
    """Samples held in memory, drawn uniformly with replacement.

    Args:
        samples: (N, *sample_shape), any real dtype; images are uint8 of (N, H, W, 1). What is
            float64 is drawn as such, all else as float32.
        report: which data this is.
    """

    def __init__(self, samples: np.ndarray, report: DataReport):
        import tensorflow as tf

        self.report = report
        self.sample_shape = tuple(samples.shape[1:])
        with tf.device(_HOST):
            self.held = (tf.constant(samples),)

    @property
    def kind(self) -> str:
        """See `Data.kind`."""
        return f"{self.held[0].dtype.name} {self.sample_shape}"

    def draw(self, seed: "tf.Tensor", count: int, *held: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        (samples,) = held
        with tf.device(_HOST):
            rows = tf.random.stateless_uniform(
                (count,), seed, minval=0, maxval=tf.shape(samples)[0], dtype=tf.int32
            )
            drawn = tf.gather(samples, rows)
        return tf.cast(drawn, tf.float64 if samples.dtype == tf.float64 else tf.float32)


# Yields what is being done, at least twice a second, and returns the data. Closing it at any
# moment leaves nothing half done.
Loading = Generator[Phase, None, Data]


def loaded(loading: Generator[Phase, None, Result]) -> Result:
    """What work that tells of its progress returns, for callers that do not care about it."""
    while True:
        try:
            next(loading)
        except StopIteration as done:
            result: Result = done.value
            return result
