"""Operator norms against singular values of the written-out matrices, in float64."""

import numpy as np
import pytest
import tensorflow as tf

from ganlib.models.operator_norm import convolution_norm, matrix_norm
from tests.models.convolution_matrix import CONVOLUTIONS, convolve, matrix_of, norm_of


def kernel(side: int, channels: int = 2, filters: int = 3) -> np.ndarray:
    rng = np.random.default_rng(side)
    return rng.normal(size=(side, side, channels, filters)).astype(np.float32)


@pytest.mark.parametrize(("side", "size", "stride", "padding"), CONVOLUTIONS)
def test_the_written_out_convolution_is_tensorflows(
    side: int, size: int, stride: int, padding: str
) -> None:
    image = np.random.default_rng(1).normal(size=(size, size, 2))
    weights = tf.constant(kernel(side), tf.float64)
    expected = tf.nn.conv2d(image[None], weights, stride, padding.upper())[0].numpy()
    np.testing.assert_allclose(convolve(image, weights.numpy(), stride, padding), expected)
    matrix = matrix_of(weights, image.shape, stride, padding)
    np.testing.assert_allclose(matrix @ image.ravel(), expected.ravel())


@pytest.mark.parametrize(("side", "size", "stride", "padding"), CONVOLUTIONS)
def test_the_norm_of_a_convolution_is_found_and_never_too_low(
    side: int, size: int, stride: int, padding: str
) -> None:
    weights, shape = kernel(side), (size, size, 2)
    exact = norm_of(weights, shape, stride, padding)
    found = convolution_norm(weights, shape, (stride, stride), padding)
    assert exact * (1 - 1e-6) <= found <= 1.01 * exact


@pytest.mark.parametrize(
    ("side", "size", "stride", "channels", "filters"),
    [(4, 20, 2, 1, 16), (4, 14, 2, 3, 16), (5, 4, 1, 32, 64), (3, 8, 2, 8, 32)],
)
def test_the_norm_of_layers_as_large_as_the_recipes(
    side: int, size: int, stride: int, channels: int, filters: int
) -> None:
    # Kernels as they begin: their singular values lie close together, which is hard to tell.
    weights, shape = kernel(side, channels, filters), (size, size, channels)
    exact = norm_of(weights, shape, stride, "same")
    found = convolution_norm(weights, shape, (stride, stride), "same")
    assert exact * (1 - 1e-6) <= found <= 1.01 * exact


def test_the_same_convolution_gives_the_same_number() -> None:
    norms = {convolution_norm(kernel(4), (8, 8, 2), (2, 2), "same") for _ in range(3)}
    assert len(norms) == 1


def test_a_convolution_of_zeros_has_the_norm_0() -> None:
    assert convolution_norm(np.zeros((3, 3, 1, 2), np.float32), (5, 5, 1), (1, 1), "same") == 0


def test_one_pixel_is_stretched_by_the_kernels_length() -> None:
    # On a single pixel, only the middle of the kernel is ever seen.
    weights = np.zeros((3, 3, 1, 2), np.float32)
    weights[1, 1, 0] = [3, 4]
    weights[0, 0, 0] = [50, 60]
    assert convolution_norm(weights, (1, 1, 1), (1, 1), "same") == pytest.approx(5, rel=1e-6)


@pytest.mark.parametrize("shape", [(5, 7), (7, 5), (1, 4), (4, 1), (600, 700)])
def test_the_norm_of_a_matrix_is_its_largest_singular_value(shape: tuple[int, int]) -> None:
    matrix = np.random.default_rng(0).normal(size=shape)
    exact = float(np.linalg.svd(matrix, compute_uv=False)[0])
    tolerance = 0.01 if min(shape) > 512 else 1e-9
    assert exact * (1 - 1e-6) <= matrix_norm(matrix) <= exact * (1 + tolerance)
