"""A convolution written out as a matrix, in float64 NumPy."""

import math
from typing import Any

import numpy as np

# (kernel side, image side, stride, padding): odd and even sizes of everything.
CONVOLUTIONS = [
    (side, size, stride, padding)
    for side in (3, 4, 5)
    for size in (6, 7)
    for stride in (1, 2)
    for padding in ("same", "valid")
]


def convolve(image: np.ndarray, kernel: np.ndarray, stride: int, padding: str) -> np.ndarray:
    """(H, W, C) and (k, l, C, F) -> (H', W', F), by the definition: a window at each place.

    "same" has ceil(H / stride) places and puts zeros around the image, the odd one behind it.
    """
    sides = kernel.shape[:2]
    if padding == "same":
        missing = [
            max((math.ceil(size / stride) - 1) * stride + side - size, 0)
            for size, side in zip(image.shape, sides, strict=False)
        ]
        image = np.pad(image, [*((one // 2, one - one // 2) for one in missing), (0, 0)])
    counts = [(size - side) // stride + 1 for size, side in zip(image.shape, sides, strict=False)]
    made = np.zeros((*counts, kernel.shape[3]))
    for row, column in np.ndindex(*counts):
        top, left = row * stride, column * stride
        window = image[top : top + sides[0], left : left + sides[1]]
        made[row, column] = np.tensordot(window, kernel, 3)
    return made


def matrix_of(kernel: Any, shape: tuple[int, ...], stride: int, padding: str) -> np.ndarray:
    """(outputs, inputs): column by column what the convolution makes of the unit images."""
    weights = np.asarray(kernel, np.float64)
    columns = []
    for place in np.ndindex(*shape):
        unit = np.zeros(shape)
        unit[place] = 1
        columns.append(convolve(unit, weights, stride, padding).ravel())
    return np.stack(columns, axis=1)


def norm_of(kernel: Any, shape: tuple[int, ...], stride: int, padding: str) -> float:
    """The largest singular value of that matrix: the root of the largest eigenvalue of A A'."""
    matrix = matrix_of(kernel, shape, stride, padding)
    wide = matrix if len(matrix) <= matrix.shape[1] else matrix.T
    return float(np.sqrt(np.linalg.eigvalsh(wide @ wide.T)[-1]))
