"""Minibatch discrimination on batches small enough to work out by hand."""

from math import exp

import keras
import numpy as np
import pytest
from keras import layers

from ganlib.models.dense import dense_discriminator, mlp
from ganlib.models.minibatch import MinibatchDiscrimination, with_minibatch_discrimination
from ganlib.models.rebuild import rebuild


def with_kernel(kernel: np.ndarray, kernels: int, dimensions: int) -> MinibatchDiscrimination:
    layer = MinibatchDiscrimination(kernels, dimensions)
    layer.build((None, len(kernel)))
    layer.kernel.assign(kernel)
    return layer


def test_a_batch_of_three_by_hand() -> None:
    # The first kernel takes (x, y) as it is, the second (2x, 0).
    layer = with_kernel(np.array([[1, 0, 2, 0], [0, 1, 0, 0]]), kernels=2, dimensions=2)
    batch = np.array([[0, 0], [0.5, -0.25], [1, 0]], np.float32)
    # L1 distances: first to second 0.75, first to third 1, second to third 0.75; in the
    # second kernel 1, 2 and 1.
    expected = [
        [exp(-0.75) + exp(-1), exp(-1) + exp(-2)],
        [exp(-0.75) + exp(-0.75), exp(-1) + exp(-1)],
        [exp(-1) + exp(-0.75), exp(-2) + exp(-1)],
    ]
    found = layer(batch).numpy()
    np.testing.assert_array_equal(found[:, :2], batch)
    np.testing.assert_allclose(found[:, 2:], expected, rtol=0, atol=1e-6)


def test_a_collapsed_batch_is_as_close_as_can_be() -> None:
    kernel = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
    layer = with_kernel(kernel, kernels=3, dimensions=2)
    found = layer(np.full((7, 5), 0.3, np.float32)).numpy()
    # Each has six others, all at distance 0.
    np.testing.assert_allclose(found[:, 5:], np.full((7, 3), 6.0), rtol=0, atol=1e-5)


def test_it_stands_before_the_last_dense_layer() -> None:
    original = dense_discriminator([150, 100], activation="selu")
    original.build((None, 28, 28, 1))
    model = rebuild(with_minibatch_discrimination(original, 5, 3), (28, 28, 1), 0, "float32")
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == [
        *["Flatten", "Dense", "Activation", "Dense", "Activation"],
        *["MinibatchDiscrimination", "Dense"],
    ]
    # 100 features go into 5 x 3 numbers, and 5 more weights into the last layer.
    assert model.count_params() - original.count_params() == 100 * 5 * 3 + 5
    assert original.layers[-1].kernel.shape == (100, 1)
    assert model(np.zeros((4, 28, 28, 1), np.float32)).shape == (4, 1)


def test_the_seed_decides_its_weights() -> None:
    model = with_minibatch_discrimination(mlp([4], 1), 3, 2)
    first, second, other = (rebuild(model, (2,), seed, "float32") for seed in (7, 7, 8))
    kernels = [one.layers[2].kernel.numpy() for one in (first, second, other)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert (kernels[0] != kernels[2]).all()


def test_distances_are_not_rounded_to_bfloat16() -> None:
    model = rebuild(
        keras.Sequential([MinibatchDiscrimination(1, 1, kernel_initializer="ones")]),
        (1,),
        0,
        "mixed_bfloat16",
    )
    # Rounded to bfloat16, 42.24 and 42.57 would be 42.25 and 42.5.
    model.layers[0].kernel.assign([[0.33]])
    found = model(np.array([[128], [129]], np.float32))
    assert found.dtype == "bfloat16"
    closeness = found.numpy()[:, 1].astype(float)
    np.testing.assert_allclose(closeness, [exp(-0.33)] * 2, rtol=2**-8)


def test_a_network_without_a_dense_layer_is_refused() -> None:
    with pytest.raises(ValueError, match="must have a dense layer"):
        with_minibatch_discrimination(keras.Sequential([layers.Flatten()]), 1, 1)
