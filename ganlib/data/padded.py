"""Images with a border, for networks that need a larger size."""

from typing import TYPE_CHECKING

from ganlib.data.base import Data

if TYPE_CHECKING:
    import tensorflow as tf


class PaddedData(Data):
    """Another dataset's images with a black border.

    Args:
        data: images of (H, W, C).
        border: pixels added on each of the four sides.
    """

    def __init__(self, data: Data, border: int):
        height, width, channels = data.sample_shape
        self.report = data.report
        self.tensors = data.tensors
        self.sample_shape = (height + 2 * border, width + 2 * border, channels)
        self._data = data
        self._border = border

    @property
    def kind(self) -> str:
        """See `Data.kind`."""
        return f"{self._data.kind} padded by {self._border}"

    def draw(self, seed: "tf.Tensor", count: int, *tensors: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        sides = [self._border, self._border]
        return tf.pad(self._data.draw(seed, count, *tensors), [[0, 0], sides, sides, [0, 0]])
