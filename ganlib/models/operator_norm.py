"""Operator norms: the largest factor by which a linear layer stretches any input."""

from collections.abc import Callable

import numpy as np
import scipy
import tensorflow as tf
from keras import layers

# Up to so many rows or columns, the singular values of a matrix are computed directly.
_DIRECT = 512
# A norm is found when it is known to within this share of itself, or after so many iterations.
_TOLERANCE = 0.01
_ITERATIONS = 64

Linear = Callable[[np.ndarray], np.ndarray]


def matrix_norm(matrix: np.ndarray) -> float:
    """The largest singular value of a matrix.

    Args:
        matrix: (n, m), finite.
    Returns:
        The norm; of a matrix with more than 512 rows and columns as `convolution_norm` gives it.
    """
    matrix = np.asarray(matrix, np.float64)
    if min(matrix.shape) > _DIRECT:
        return _upper_norm(lambda x: x @ matrix, lambda y: matrix @ y, len(matrix))
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    return float(np.sqrt(max(0.0, np.linalg.eigvalsh(wide @ wide.T)[-1])))


def is_plain(layer: layers.Conv2D) -> bool:
    """True for a convolution whose norm `convolution_norm` can find.

    It has one group, no dilation, and channels last.
    """
    dense = layer.groups == 1 and tuple(layer.dilation_rate) == (1, 1)
    return bool(dense and layer.data_format == "channels_last")


def convolution_norm(
    kernel: np.ndarray, image_shape: tuple[int, int, int], strides: tuple[int, int], padding: str
) -> float:
    """The largest factor by which a convolution stretches any image of a given size.

    Args:
        kernel: (height, width, channels, filters) float32, finite.
        image_shape: (H, W, channels) of one input.
        strides: as of Keras' Conv2D.
        padding: "same" (zeros around the image) or "valid".
    Returns:
        The norm, at most 1 % too high; see `_upper_norm`.
    """
    weights = tf.constant(kernel, tf.float32)
    padding = padding.upper()
    shape = (1, *image_shape)
    output = tf.nn.conv2d(tf.zeros(shape), weights, strides, padding).shape

    def forward(x: np.ndarray) -> np.ndarray:
        image = tf.constant(x, tf.float32, shape)
        made: np.ndarray = tf.nn.conv2d(image, weights, strides, padding).numpy()
        return made.ravel()

    def backward(y: np.ndarray) -> np.ndarray:
        image = tf.constant(y, tf.float32, output)
        seen: np.ndarray = tf.nn.conv2d_transpose(image, weights, shape, strides, padding).numpy()
        return seen.ravel()

    return _upper_norm(forward, backward, int(np.prod(image_shape)))


def _upper_norm(forward: Linear, backward: Linear, size: int) -> float:
    """An upper bound of the norm of a linear map A, by Lanczos' method for A' A.

    With an eigenvalue's estimate comes its residual: an eigenvalue of A' A lies that close to
    it. The estimate alone is never too high; with the residual added it is an upper bound,
    unless the random vector that it starts from has no part in the largest eigenvector. Lanczos
    needs about 10 to 30 iterations for what takes power iteration hundreds. The start is the
    same every time: the same map gives the same number, bit for bit.

    Args:
        forward: x -> A x.
        backward: y -> A' y.
        size: numbers in x.
    Returns:
        At least the norm; at most 1 % above it where 64 iterations were enough for that.
    Source: Golub and Van Loan, Matrix Computations, 4th edition, sections 8.1.2 and 10.1.
    """
    count = min(_ITERATIONS, size)
    basis = np.zeros((count, size), np.float32)
    # The diagonal and the one beside it of A' A in that basis, which has no others.
    diagonal, beside = np.zeros(count), np.zeros(count)
    vector = np.random.default_rng(0).normal(size=size)
    upper = 0.0
    for index in range(count):
        basis[index] = vector / np.linalg.norm(vector)
        known = basis[: index + 1]
        image = backward(forward(basis[index]))
        diagonal[index] = float(image @ basis[index])
        # Twice: after once, rounding leaves a part of what was taken away.
        vector = image - (known @ image) @ known
        vector = (vector - (known @ vector) @ known).astype(np.float64)
        beside[index] = float(np.linalg.norm(vector))
        largest, eigenvector = scipy.linalg.eigh_tridiagonal(
            diagonal[: index + 1], beside[:index], select="i", select_range=(index, index)
        )
        residual = beside[index] * abs(float(eigenvector[-1, 0]))
        upper = max(0.0, float(largest[0])) + residual
        # The norm is the eigenvalue's root, so of the eigenvalue twice the share is allowed.
        if residual <= 2 * _TOLERANCE * largest[0] or beside[index] == 0:
            break
    return float(np.sqrt(upper))
