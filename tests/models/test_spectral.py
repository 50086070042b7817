"""Spectral normalisation: singular values, gradients and what stays untouched."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.models.conv import strided_discriminator, wide_discriminator
from ganlib.models.rebuild import rebuild
from ganlib.models.spectral import SpectralConv2D, SpectralDense, spectrally_normalised
from ganlib.regularisers import interpolate_penalty

RNG = np.random.default_rng(0)


def small(precision: str = "float32") -> keras.Sequential:
    """Two normalised layers on 6 x 6 images of 2 channels."""
    model = keras.Sequential(
        [
            layers.Conv2D(4, 3, strides=2, padding="same", activation="tanh"),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    return rebuild(spectrally_normalised(model), (6, 6, 2), 3, precision)


def top_singular_value(layer: layers.Layer) -> float:
    kernel = np.asarray(layer.kernel, np.float64)
    values = np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)
    return float(values[0])


def images(count: int = 5, dtype: str = "float32") -> tf.Tensor:
    return tf.constant(RNG.normal(size=(count, 6, 6, 2)), dtype)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (SpectralDense(7, vector_initializer=keras.initializers.Orthogonal(1)), (5,)),
        (
            SpectralConv2D(6, (3, 2), vector_initializer=keras.initializers.Orthogonal(1)),
            (4, 5, 3),
        ),
    ],
)
def test_the_largest_singular_value_becomes_1(layer: layers.Layer, shape: tuple[int, ...]) -> None:
    inputs = tf.constant(RNG.normal(size=(2, *shape)), tf.float32)
    layer.build(inputs.shape)
    stored = 5 * RNG.normal(size=layer.kernel.shape)
    layer.weights[0].assign(stored)
    assert top_singular_value(layer) > 1.01
    for _ in range(200):
        outputs = layer(inputs, training=True)
    assert top_singular_value(layer) == pytest.approx(1, abs=1e-3)
    np.testing.assert_array_equal(layer.weights[0], stored.astype(np.float32))
    # The layer multiplies with the effective kernel, and the bias is zero.
    if isinstance(layer, SpectralDense):
        expected = inputs.numpy() @ np.asarray(layer.kernel)
    else:
        expected = tf.nn.conv2d(inputs, layer.kernel, 1, "VALID")
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-5)


def test_one_power_iteration_a_call_by_hand() -> None:
    layer = SpectralDense(2)
    layer.build((None, 2))
    layer.weights[0].assign([[2, 0], [0, 1]])
    layer.vector.assign([[0.6], [0.8]])
    # Before: |W u| = |(1.2, 0.8)|.
    before = np.hypot(1.2, 0.8)
    np.testing.assert_allclose(layer.kernel, np.diag([2, 1]) / before, rtol=1e-6)
    layer(np.zeros((1, 2), np.float32), training=True)
    # W' W u = (2.4, 0.8), so u = (3, 1) / sqrt(10) and |W u| = sqrt(37 / 10).
    np.testing.assert_allclose(layer.vector, np.array([[3], [1]]) / np.sqrt(10), rtol=1e-6)
    np.testing.assert_allclose(layer.kernel, np.diag([2, 1]) / np.sqrt(3.7), rtol=1e-6)


@pytest.mark.parametrize("training", [False, None])
def test_without_training_the_vector_does_not_move(training: bool | None) -> None:
    model = small()
    before = [layer.vector.numpy() for layer in (model.layers[0], model.layers[2])]
    model(images(), training=training)
    for layer, vector in zip((model.layers[0], model.layers[2]), before, strict=True):
        np.testing.assert_array_equal(layer.vector, vector)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


def test_the_gradient_passes_through_the_singular_value() -> None:
    layer = SpectralDense(3, dtype="float64")
    inputs = tf.constant(RNG.normal(size=(4, 5)))
    layer.build(inputs.shape)
    kernel = layer.weights[0]
    start = RNG.normal(size=(5, 3))
    weighting = RNG.normal(size=(4, 3))

    def loss() -> tf.Tensor:
        return tf.reduce_sum(weighting * layer(inputs) ** 2)

    kernel.assign(start)
    with tf.GradientTape() as tape:
        value = loss()
    gradient = tape.gradient(value, kernel.value).numpy()
    # The normalised kernel does not depend on the length of the stored one.
    assert np.sum(gradient * start) == pytest.approx(0, abs=1e-10)
    step = 1e-6
    for place in np.ndindex(*start.shape):
        sides = []
        for sign in (1, -1):
            moved = start.copy()
            moved[place] += sign * step
            kernel.assign(moved)
            sides.append(float(loss()))
        assert gradient[place] == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=1e-7)
    assert np.abs(gradient).max() > 0.1


def test_a_kernel_of_zeros_gives_zeros() -> None:
    layer = SpectralDense(2)
    layer.build((None, 3))
    layer.weights[0].assign(np.zeros((3, 2)))
    np.testing.assert_array_equal(layer(np.ones((1, 3), np.float32), training=True), [[0, 0]])


def test_every_dense_and_convolutional_layer_is_replaced() -> None:
    original = wide_discriminator(0.4)
    original.build((None, 28, 28, 1))
    model = rebuild(spectrally_normalised(original), (28, 28, 1), 0, "float32")
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == [*["SpectralConv2D", "Dropout"] * 4, "Flatten", "SpectralDense"]
    trained = sum(weight.numpy().size for weight in model.trainable_weights)
    assert trained == original.count_params() == 4_311_553
    assert model.count_params() - trained == 64 + 128 + 256 + 512 + 1
    first = model.layers[0]
    settings = (first.filters, first.kernel_size, first.strides, first.activation.__name__)
    assert settings == (64, (5, 5), (2, 2), "relu")
    assert type(original.layers[0]) is layers.Conv2D


def test_the_seed_decides_kernel_and_vector() -> None:
    model = spectrally_normalised(strided_discriminator())
    first, second, other = (rebuild(model, (8, 8, 1), seed, "float32") for seed in (7, 7, 8))
    for one, same, changed in zip(first.weights, second.weights, other.weights, strict=True):
        np.testing.assert_array_equal(one, same)
        # A unit vector of one number is 1 or -1 whatever the seed.
        if "bias" not in one.path and one.shape != (1, 1):
            assert (one.numpy() != changed.numpy()).any(), one.path


def test_normalising_twice_is_normalising_once() -> None:
    model = spectrally_normalised(spectrally_normalised(strided_discriminator()))
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds[::2] == ["SpectralConv2D", "SpectralConv2D", "Flatten"]


def test_a_loop_inside_a_graph_moves_the_vector_as_calls_do() -> None:
    one, other = small(), small()
    batch = images()

    @tf.function
    def loop() -> None:
        tf.while_loop(
            lambda i: i < 5, lambda i: (one(batch, training=True), i + 1)[1:], (tf.constant(0),)
        )

    loop()
    for _ in range(5):
        other(batch, training=True)
    for ours, theirs in zip(one.weights, other.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def test_a_stateless_call_moves_nothing_and_gives_the_next_vector() -> None:
    model, batch = small(), images()
    before = [weight.numpy() for weight in model.weights]
    values = [tf.convert_to_tensor(weight) for weight in model.trainable_variables]
    state = [weight.value for weight in model.non_trainable_variables]

    @tf.function
    def call(values: list[tf.Tensor]) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(values)
            logits, after = model.stateless_call(values, state, batch, training=True)
            loss = tf.reduce_mean(logits**2)
        return logits, after, tape.gradient(loss, values)

    logits, after, gradients = call(values)
    for weight, old in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)
    assert all(np.abs(gradient).max() > 0 for gradient in gradients)
    np.testing.assert_allclose(logits, model(batch, training=True), rtol=0, atol=1e-6)
    moved = [weight.numpy() for weight in model.non_trainable_variables]
    for ours, theirs in zip(after, moved, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)
    assert (moved[0] != before[2]).any()


def test_a_penalty_of_its_slope_has_the_gradient_of_finite_differences() -> None:
    layer = SpectralDense(3, dtype="float64", activation="tanh")
    real, fake = tf.constant(RNG.normal(size=(2, 4, 5)))
    layer.build(real.shape)
    kernel, start = layer.weights[0], RNG.normal(size=(5, 3))
    mix = tf.constant(RNG.uniform(size=(4, 1)))

    def penalty() -> tf.Tensor:
        def discriminate(x: tf.Tensor) -> tf.Tensor:
            return tf.reduce_sum(layer(x), axis=1, keepdims=True)

        return interpolate_penalty(discriminate, real, fake, mix)

    @tf.function
    def slope() -> tf.Tensor:
        with tf.GradientTape() as tape:
            value = penalty()
        return tape.gradient(value, kernel.value)

    kernel.assign(start)
    gradient = slope().numpy()
    step, direction = 1e-6, RNG.normal(size=(5, 3))
    sides = []
    for sign in (1, -1):
        kernel.assign(start + sign * step * direction)
        sides.append(float(penalty()))
    expected = (sides[0] - sides[1]) / (2 * step)
    assert np.sum(gradient * direction) == pytest.approx(expected, abs=1e-7)
    assert abs(expected) > 1e-3


def test_half_precision_normalises_in_float32() -> None:
    model = small("mixed_bfloat16")
    assert {weight.dtype for weight in model.weights} == {"float32"}
    for _ in range(100):
        logits = model(images(), training=True)
    assert logits.dtype == "float32"
    assert model.layers[0].kernel.dtype == "bfloat16"
    # Three digits of the kernel are left.
    assert top_singular_value(model.layers[0]) == pytest.approx(1, abs=5e-3)
    assert np.linalg.norm(model.layers[0].vector) == pytest.approx(1, abs=1e-6)
