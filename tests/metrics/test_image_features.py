"""The classifier's pass in NumPy, and the weights that ship."""

import numpy as np
import pytest

from ganlib.data.resolve import BUNDLED
from ganlib.metrics.image_features import STRIDES, _convolved, _shipped, image_features

RNG = np.random.default_rng(5)


def digits(count: int) -> tuple[np.ndarray, np.ndarray]:
    """(count, 28, 28, 1) and (count,)."""
    with np.load(BUNDLED / "mnist_10000.npz", allow_pickle=False) as arrays:
        return arrays["x_train"][:count, ..., np.newaxis], arrays["y_train"][:count]


@pytest.mark.parametrize(
    ("size", "side", "stride"), [(28, 5, 2), (14, 3, 2), (7, 3, 1), (7, 3, 2), (4, 3, 2)]
)
def test_a_convolution_is_tensorflows(size: int, side: int, stride: int) -> None:
    import tensorflow as tf

    images = RNG.normal(size=(3, size, size, 2)).astype(np.float32)
    kernel = RNG.normal(size=(side, side, 2, 4)).astype(np.float32)
    expected = tf.nn.conv2d(images, kernel, stride, "SAME").numpy()
    np.testing.assert_allclose(_convolved(images, kernel, stride), expected, rtol=0, atol=1e-4)


def test_a_convolution_by_hand() -> None:
    image = np.arange(4.0).reshape(1, 2, 2, 1)
    # Places at the corners 0 and 1; each sees itself and its neighbours, outside is 0.
    found = _convolved(image, np.ones((3, 3, 1, 1)), 1)
    np.testing.assert_array_equal(found, np.full((1, 2, 2, 1), 6.0))


def test_features_do_not_depend_on_the_batch() -> None:
    images, _ = digits(300)
    features = image_features(images)
    assert features.shape == (300, 64) and features.dtype == np.float32
    assert np.isfinite(features).all() and features.min() >= 0
    np.testing.assert_allclose(image_features(images[130:133]), features[130:133], atol=1e-4)
    np.testing.assert_array_equal(image_features(images.astype(np.float32)), features)
    assert image_features(images[:0]).shape == (0, 64)


def test_features_tell_the_digits_apart() -> None:
    images, labels = digits(3_000)
    features = image_features(images)
    centres = np.stack(
        [features[:2_000][labels[:2_000] == digit].mean(axis=0) for digit in range(10)]
    )
    distances = np.square(features[2_000:, np.newaxis] - centres).sum(axis=2)
    assert (distances.argmin(axis=1) == labels[2_000:]).mean() > 0.95


@pytest.mark.parametrize("shape", [(2, 32, 32, 1), (2, 28, 28, 3), (2, 28, 28), (28, 28, 1)])
def test_images_of_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"Images must be of \(n, 28, 28, 1\)\. Received"):
        image_features(np.zeros(shape, np.uint8))


def test_the_weights_are_small() -> None:
    weights = _shipped()
    assert len(weights.kernels) == len(weights.biases) == len(STRIDES) + 1
    assert 50_000 < sum(kernel.size for kernel in weights.kernels) < 100_000
