"""Loaded samples, drawn inside the compiled step, and the scaling to the networks' units."""

from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

import numpy as np

from ganlib.events import DataReport, Phase

if TYPE_CHECKING:
    import tensorflow as tf

Result = TypeVar("Result")

# Samples stay in the memory of the CPU and are drawn there, whatever a run trains on, so that one
# copy serves all runs and devices. TensorFlow gathers uint8 on the CPU only: it would copy images
# on a GPU to the CPU at every step.
_HOST = "/CPU:0"


@dataclass(frozen=True)
class Scaling:
    """The linear map between raw values and what the networks see.

    Args:
        offset: raw value that the networks see as 0, for each coordinate or for all.
        factor: raw distance that the networks see as 1, likewise.

    Attributes:
        dtype: of raw values.
    """

    offset: float | tuple[float, ...] = 0.0
    factor: float | tuple[float, ...] = 1.0
    dtype: ClassVar[str] = "float32"

    def to_model(self, raw: "tf.Tensor") -> "tf.Tensor":
        """Converts raw values of any shape to the networks' units."""
        return (raw - self.offset) / self.factor

    def to_raw(self, model: np.ndarray) -> np.ndarray:
        """Converts values of any shape from the networks' units to raw ones."""
        # As arrays of the same type, because a tuple would become float64.
        factor, offset = (np.asarray(x, model.dtype) for x in (self.factor, self.offset))
        raw: np.ndarray = model * factor + offset
        return raw


class PreciseScaling(Scaling):
    """Scaling of float64 values: float32 would lose a small spread far from 0."""

    dtype = "float64"

    def to_model(self, raw: "tf.Tensor") -> "tf.Tensor":
        """Converts raw float64 values of any shape to float32 in the networks' units."""
        import tensorflow as tf

        return tf.cast(super().to_model(raw), tf.float32)

    def to_raw(self, model: np.ndarray) -> np.ndarray:
        """Converts values of any shape from the networks' units to raw float64."""
        return super().to_raw(model.astype(np.float64))


class Data(ABC):
    """Loaded samples of one dataset.

    Attributes:
        report: describes the data.
        sample_shape: shape of one sample, such as (28, 28, 1) or (1,).
        tensors: all samples, one a row, from which `draw` takes some; empty if `draw` generates
            its samples.
    """

    report: DataReport
    sample_shape: tuple[int, ...]
    tensors: "tuple[tf.Tensor, ...]" = ()

    @property
    @abstractmethod
    def kind(self) -> str:
        """Key of the compiled step: data of the same kind can use the same step."""

    @abstractmethod
    def draw(self, seed: "tf.Tensor", count: int, *tensors: "tf.Tensor") -> "tf.Tensor":
        """Draws samples inside a compiled step.

        Args:
            seed: (2,) int32. The same seed draws the same samples.
            count: number of samples.
            tensors: `tensors` of these data, or of other data of the same kind.
        Returns:
            (count, *sample_shape) float32, in the data's own units; float64 where the recipe's
            scaling is a `PreciseScaling`.
        """

    def take(self, seed: int, count: int) -> np.ndarray:
        """Draws samples outside a compiled step.

        Args:
            seed: the same seed draws the same samples.
            count: number of samples.
        Returns:
            (count, *sample_shape).
        """
        import tensorflow as tf

        with tf.device(_HOST):
            return self.draw(tf.constant([seed, 0x5EED], tf.int32), count, *self.tensors).numpy()


class ArrayData(Data):
    """Samples in memory, drawn uniformly with replacement.

    Args:
        samples: (N, *sample_shape), any real dtype; images are uint8 of (N, H, W, 1). float64
            is drawn as float64, everything else as float32.
        report: describes the data.
    """

    def __init__(self, samples: np.ndarray, report: DataReport):
        import tensorflow as tf

        self.report = report
        self.sample_shape = tuple(samples.shape[1:])
        with tf.device(_HOST):
            self.tensors = (tf.constant(samples),)

    @property
    def kind(self) -> str:
        """See `Data.kind`."""
        return f"{self.tensors[0].dtype.name} {self.sample_shape}"

    def draw(self, seed: "tf.Tensor", count: int, *tensors: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        (samples,) = tensors
        with tf.device(_HOST):
            rows = tf.random.stateless_uniform(
                (count,), seed, minval=0, maxval=tf.shape(samples)[0], dtype=tf.int32
            )
            drawn = tf.gather(samples, rows)
        return tf.cast(drawn, tf.float64 if samples.dtype == tf.float64 else tf.float32)


# Yields progress at least twice a second, and returns the data. May be closed at any moment.
Loading = Generator[Phase, None, Data]


def loaded(loading: Generator[Phase, None, Result]) -> Result:
    """Runs work that yields its progress, and returns its result."""
    while True:
        try:
            next(loading)
        except StopIteration as done:
            result: Result = done.value
            return result
