"""A border around images."""

import numpy as np

from ganlib.data.base import ArrayData
from ganlib.data.padded import PaddedData
from ganlib.events import DataReport


def test_images_stand_in_the_middle_of_a_black_border() -> None:
    images = np.full((3, 4, 5, 1), 7, np.uint8)
    inner = ArrayData(images, DataReport("Sevens", "made here", 3))
    data = PaddedData(inner, 2)
    assert data.sample_shape == (8, 9, 1)
    assert data.report is inner.report
    assert data.kind not in (inner.kind, PaddedData(inner, 1).kind)
    assert data.tensors is inner.tensors
    drawn = data.take(0, 4)
    assert drawn.shape == (4, 8, 9, 1)
    assert (drawn[:, 2:-2, 2:-2] == 7).all()
    assert drawn.sum() == 4 * 7 * 4 * 5
