"""Minibatch discrimination on batches small enough to work out by hand."""

from math import exp

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganlib import recipes
from ganlib.models.clone_seeded import clone_seeded
from ganlib.models.dense import dense_discriminator, mlp
from ganlib.models.minibatch import MinibatchDiscrimination, with_minibatch_discrimination
from ganlib.training.networks import build_networks
from tests.support.cases import slow_but

# Those with the Wasserstein loss need a bound other than a penalty.
_MORE: dict[str, dict[str, object]] = {
    "wgan/gp": {"weight_clip": 0.01},
}


def with_kernel(
    kernel: np.ndarray, kernels: int, dimensions: int, dtype: str = "float32"
) -> MinibatchDiscrimination:
    layer = MinibatchDiscrimination(kernels, dimensions, dtype=dtype)
    layer.build((None, len(kernel)))
    layer.kernel.assign(kernel)
    return layer


def by_definition(batch: np.ndarray, kernel: np.ndarray, kernels: int, dimensions: int):
    """(B, kernels) features in float64, one pair of samples at a time."""
    scale = np.sqrt(np.mean(batch.astype(np.float64) ** 2))
    points = (batch / scale @ kernel).reshape(len(batch), kernels, dimensions)
    found = np.empty((len(batch), kernels))
    for at, b in np.ndindex(found.shape):
        closeness = [
            exp(-np.mean(np.abs(points[at, b] - points[other, b])))
            for other in range(len(batch))
            if other != at
        ]
        found[at, b] = scale * np.mean(closeness)
    return found


def test_a_batch_of_three_by_hand() -> None:
    # The root mean square of the inputs is 2. The first kernel takes (x, y) / 2 as it is, the
    # second one (x, 0).
    layer = with_kernel(np.array([[1, 0, 2, 0], [0, 1, 0, 0]]), kernels=2, dimensions=2)
    batch = np.array([[0, 4], [2, 0], [0, 2]], np.float32)
    # Mean distances in the first kernel: (1 + 2) / 2, (0 + 1) / 2 and (1 + 1) / 2; in the
    # second one: 1, 0 and 1.
    expected = [
        [exp(-1.5) + exp(-0.5), exp(-1) + 1],
        [exp(-1.5) + exp(-1), exp(-1) + exp(-1)],
        [exp(-0.5) + exp(-1), 1 + exp(-1)],
    ]
    found = layer(batch).numpy()
    np.testing.assert_array_equal(found[:, :2], batch)
    # Twice the mean of two.
    np.testing.assert_allclose(found[:, 2:], expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("size", "dimensions"), [(2, 1), (7, 3), (20, 8)])
def test_it_is_the_definition(size: int, dimensions: int) -> None:
    rng = np.random.default_rng(size)
    kernel, batch = rng.normal(size=(5, 4 * dimensions)), rng.normal(0.4, 0.01, size=(size, 5))
    found = with_kernel(kernel, 4, dimensions, "float64")(batch).numpy()
    np.testing.assert_array_equal(found[:, :5], batch)
    expected = by_definition(batch, kernel, 4, dimensions)
    np.testing.assert_allclose(found[:, 5:], expected, rtol=1e-12)
    single = with_kernel(kernel, 4, dimensions)(batch.astype(np.float32)).numpy()
    np.testing.assert_allclose(single[:, 5:], expected, rtol=1e-5)


def test_a_collapsed_batch_is_as_close_as_can_be() -> None:
    kernel = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
    layer = with_kernel(kernel, kernels=3, dimensions=2)
    found = layer(np.full((7, 5), 0.3, np.float32)).numpy()
    # All distances are 0, so the features are as large as the inputs.
    np.testing.assert_allclose(found[:, 5:], np.full((7, 3), 0.3), rtol=0, atol=1e-6)


def test_a_sample_alone_and_inputs_of_0_give_features_of_0() -> None:
    layer = with_kernel(np.ones((2, 2)), kernels=1, dimensions=2)
    np.testing.assert_array_equal(layer(np.array([[3, 4]], np.float32)), [[3, 4, 0]])
    zeros = tf.zeros((4, 2))
    with tf.GradientTape() as tape:
        tape.watch(zeros)
        found = layer(zeros)
    np.testing.assert_allclose(found, np.zeros((4, 3)), rtol=0, atol=1e-9)
    assert np.isfinite(tape.gradient(found, zeros)).all()


def test_its_gradient_is_that_of_finite_differences() -> None:
    rng = np.random.default_rng(4)
    kernel, weights = rng.normal(size=(3, 8)), rng.normal(size=(5, 7))
    batch = tf.constant(rng.normal(0.2, 0.3, size=(5, 3)))
    layer = with_kernel(kernel, 4, 2, "float64")
    with tf.GradientTape() as tape:
        tape.watch(batch)
        total = tf.reduce_sum(weights * layer(batch))
    gradients = tape.gradient(total, [batch, layer.kernel.value])

    def at(inputs: np.ndarray, kernel: np.ndarray) -> float:
        features = by_definition(inputs, kernel, 4, 2)
        return float((weights * np.concatenate([inputs, features], axis=1)).sum())

    for found, values, place in zip(gradients, (batch.numpy(), kernel), (0, 1), strict=True):
        for index in np.ndindex(values.shape):
            step = np.zeros(values.shape)
            step[index] = 1e-6
            ends = []
            for moved in (values + step, values - step):
                arguments = [batch.numpy(), kernel]
                arguments[place] = moved
                ends.append(at(*arguments))
            expected = (ends[0] - ends[1]) / 2e-6
            assert found.numpy()[index] == pytest.approx(expected, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", slow_but(["toy/scalar", "wgan/gp"], recipes.all_recipes()))
def test_its_features_have_the_scale_of_those_beside_them(name: str) -> None:
    recipe = recipes.get(name)
    config = recipe.parse(
        {"minibatch_kernels": 16, "gradient_penalty": "none", **_MORE.get(name, {})}
    )
    data, scaling = recipe.load(config), recipe.scaling(config)
    networks = build_networks(recipe, config, data.sample_shape)
    latents = tf.random.stateless_normal((64, recipe.latent(config).size), [0, 1])
    real = scaling.to_model(tf.constant(data.take(0, 64), scaling.dtype))
    spreads = []
    for features in (real, networks.generator(latents, training=True)):
        for layer in networks.discriminator.layers:
            features = layer(features, training=True)
            if isinstance(layer, MinibatchDiscrimination):
                break
        beside, added = np.split(np.asarray(features, np.float64), [-16], axis=1)
        # Between those of a batch of equal samples, which are as large, and 0.
        assert 0.1 < np.sqrt((added**2).mean() / (beside**2).mean()) < 1
        assert 0.02 < added.std() / beside.std() < 1
        spreads.append(added.std(axis=0).mean() / beside.std(axis=0).mean())
    # From sample to sample, too. What an untrained generator makes is much alike.
    assert 0.03 < spreads[0] < 1
    assert 0.03 < spreads[1] < 5


def test_it_stands_before_the_last_dense_layer() -> None:
    original = dense_discriminator([150, 100], activation="selu")
    original.build((None, 28, 28, 1))
    model = clone_seeded(with_minibatch_discrimination(original, 5, 3), (28, 28, 1), 0, "float32")
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
    first, second, other = (clone_seeded(model, (2,), seed, "float32") for seed in (7, 7, 8))
    kernels = [one.layers[2].kernel.numpy() for one in (first, second, other)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert (kernels[0] != kernels[2]).all()


def test_distances_are_not_rounded_to_bfloat16() -> None:
    model = clone_seeded(
        keras.Sequential([MinibatchDiscrimination(1, 1, kernel_initializer="ones")]),
        (1,),
        0,
        "mixed_bfloat16",
    )
    # Over their root mean square, 128.501, and times 100, they are 99.610 and 100.388. Rounded
    # to bfloat16, they would be 99.5 and 100.5.
    model.layers[0].kernel.assign([[100]])
    found = model(np.array([[128], [129]], np.float32))
    assert found.dtype == "bfloat16"
    scale = np.sqrt((128**2 + 129**2) / 2)
    features = found.numpy()[:, 1].astype(float)
    np.testing.assert_allclose(features, [scale * exp(-100 / scale)] * 2, rtol=2**-8)
