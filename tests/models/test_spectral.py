"""Spectral normalisation: singular values, gradients and what stays untouched."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib import recipes
from ganlib.fast.structure import multiplying_layers
from ganlib.models.clone_seeded import clone_seeded
from ganlib.models.conv import strided_discriminator
from ganlib.models.dense import dense_discriminator
from ganlib.models.progressive import growing_discriminator, set_growth
from ganlib.models.spectral import (
    OperatorNormConv2D,
    SpectralConv2D,
    SpectralDense,
    spectrally_normalised,
)
from ganlib.regularisers import interpolate_penalty
from tests.models.convolution_matrix import CONVOLUTIONS, matrix_of, norm_of

RNG = np.random.default_rng(0)


def discriminator_of(name: str) -> keras.Sequential:
    recipe = recipes.get(name)
    return recipe.discriminator(recipe.parse({}))


def small(precision: str = "float32") -> keras.Sequential:
    """Two normalised layers on 6 x 6 images of 2 channels."""
    model = keras.Sequential(
        [
            layers.Conv2D(4, 3, strides=2, padding="same", activation="tanh"),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    return clone_seeded(spectrally_normalised(model), (6, 6, 2), 3, precision)


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
    original = discriminator_of("quickdraw/conv")
    original.build((None, 28, 28, 1))
    model = clone_seeded(spectrally_normalised(original), (28, 28, 1), 0, "float32")
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
    first, second, other = (clone_seeded(model, (8, 8, 1), seed, "float32") for seed in (7, 7, 8))
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


def iterated(layer: layers.Layer, batch: tf.Tensor, count: int) -> None:
    """So many power iterations, in one compiled call."""

    @tf.function(autograph=False)
    def loop() -> None:
        tf.while_loop(
            lambda i: i < count,
            lambda i: (layer(batch, training=True), i + 1)[1:],
            (tf.constant(0),),
        )

    loop()


def convolution(
    side: int, size: int, stride: int, padding: str, dtype: str = "float32"
) -> OperatorNormConv2D:
    """From 2 channels to 3, with a kernel that is five times too large."""
    layer = OperatorNormConv2D(
        3,
        side,
        strides=stride,
        padding=padding,
        dtype=dtype,
        vector_initializer=keras.initializers.Orthogonal(1),
    )
    layer.build((None, size, size, 2))
    layer.weights[0].assign(5 * np.random.default_rng(side).normal(size=layer.weights[0].shape))
    return layer


@pytest.mark.parametrize(("side", "size", "stride", "padding"), CONVOLUTIONS[::6])
def test_the_norm_of_the_convolution_itself_becomes_1(
    side: int, size: int, stride: int, padding: str
) -> None:
    layer = convolution(side, size, stride, padding)
    stored = layer.weights[0].numpy()
    inputs = tf.constant(RNG.normal(size=(2, size, size, 2)), tf.float32)
    assert norm_of(stored, (size, size, 2), stride, padding) > 2
    iterated(layer, inputs, 3_000)
    norm = norm_of(layer.kernel, (size, size, 2), stride, padding)
    assert norm == pytest.approx(1, abs=1e-3)
    np.testing.assert_array_equal(layer.weights[0], stored)
    assert np.linalg.norm(layer.vector) == pytest.approx(1, abs=1e-6)
    # It multiplies with that kernel, and the bias is zero.
    outputs = layer(inputs, training=True)
    expected = tf.nn.conv2d(inputs, layer.kernel, stride, padding.upper())
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("side", "stride"), [(3, 1), (4, 2)])
def test_divided_as_a_matrix_a_convolution_still_stretches(side: int, stride: int) -> None:
    """By more than 1, and at most by the root of the windows that see a pixel."""
    layer = SpectralConv2D(
        1,
        side,
        strides=stride,
        padding="same",
        vector_initializer=keras.initializers.Orthogonal(1),
    )
    layer.build((None, 9, 9, 1))
    layer.weights[0].assign(np.ones((side, side, 1, 1)))
    layer(np.ones((1, 9, 9, 1), np.float32), training=True)
    assert top_singular_value(layer) == pytest.approx(1, abs=1e-6)
    windows = int(np.ceil(side / stride)) ** 2
    norm = norm_of(layer.kernel, (9, 9, 1), stride, "same")
    assert 0.85 * np.sqrt(windows) < norm <= np.sqrt(windows)


@pytest.mark.parametrize(("side", "size", "stride", "padding"), CONVOLUTIONS)
def test_one_power_iteration_with_the_convolution_is_that_of_its_matrix(
    side: int, size: int, stride: int, padding: str
) -> None:
    layer = convolution(side, size, stride, padding, "float64")
    matrix = matrix_of(layer.weights[0], (size, size, 2), stride, padding)
    u = layer.vector.numpy()
    assert u.shape == (len(matrix), 1) and np.linalg.norm(u) == pytest.approx(1, abs=1e-12)
    stored = np.asarray(layer.weights[0])
    np.testing.assert_allclose(layer.kernel, stored / np.linalg.norm(matrix.T @ u), rtol=1e-9)
    layer(np.zeros((1, size, size, 2)), training=True)
    u = matrix @ matrix.T @ u
    u /= np.linalg.norm(u)
    np.testing.assert_allclose(layer.vector, u, rtol=0, atol=1e-9)
    np.testing.assert_allclose(layer.kernel, stored / np.linalg.norm(matrix.T @ u), rtol=1e-9)
    layer(np.zeros((1, size, size, 2)), training=False)
    layer(np.zeros((1, size, size, 2)))
    np.testing.assert_allclose(layer.vector, u, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("side", "size", "stride", "padding"),
    [(3, 5, 1, "same"), (4, 6, 2, "same"), (5, 6, 2, "valid")],
)
@pytest.mark.parametrize("iterations", [0, 3_000])
def test_the_gradient_passes_through_the_norm_of_the_convolution(
    side: int, size: int, stride: int, padding: str, iterations: int
) -> None:
    layer = convolution(side, size, stride, padding, "float64")
    inputs = tf.constant(RNG.normal(size=(2, size, size, 2)))
    iterated(layer, inputs, iterations)
    kernel, start, u = layer.weights[0], layer.weights[0].numpy(), layer.vector.numpy()
    weighting = RNG.normal(size=layer(inputs).shape)

    def expected(values: np.ndarray) -> float:
        """With the norm as it is found by u, or, where u has converged, with the true one."""
        matrix = matrix_of(values, (size, size, 2), stride, padding)
        sigma = np.linalg.norm(matrix, 2) if iterations else np.linalg.norm(matrix.T @ u)
        made = [matrix @ image.ravel() / sigma for image in inputs.numpy()]
        return float(np.sum(weighting.reshape(2, -1) * np.stack(made) ** 2))

    with tf.GradientTape() as tape:
        value = tf.reduce_sum(weighting * layer(inputs) ** 2)
    assert float(value) == pytest.approx(expected(start), rel=1e-6)
    gradient = tape.gradient(value, kernel.value).numpy()
    # The normalised kernel does not depend on the length of the stored one.
    assert np.sum(gradient * start) == pytest.approx(0, abs=1e-9)
    for direction in np.random.default_rng(2).normal(size=(4, *start.shape)):
        sides = [expected(start + sign * 1e-5 * direction) for sign in (1, -1)]
        found = np.sum(gradient * direction)
        assert found == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-4, abs=1e-6)
    assert np.abs(gradient).max() > 1e-2


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (strided_discriminator, (28, 28, 3)),
        (lambda: discriminator_of("quickdraw/conv"), (28, 28, 1)),
        (lambda: discriminator_of("mnist/dcgan"), (28, 28, 2)),
        (lambda: growing_discriminator(4), (32, 32, 2)),
        (lambda: dense_discriminator([6, 5]), (28, 28, 1)),
    ],
)
def test_every_discriminator_takes_the_norm_of_the_convolution(
    make: Callable[[], keras.Sequential], shape: tuple[int, int, int]
) -> None:
    plain = clone_seeded(make(), shape, 0, "float32")
    model = clone_seeded(spectrally_normalised(make(), "convolution"), shape, 0, "mixed_bfloat16")
    both = zip(multiplying_layers(plain), multiplying_layers(model), strict=True)
    for before, after in both:
        if isinstance(before, layers.Conv2D):
            assert type(after) is OperatorNormConv2D
            made = after.compute_output_shape(after.get_build_config()["input_shape"])
            assert after.vector.shape == (np.prod(made[1:]), 1)
            assert after.activation is before.activation and after.strides == before.strides
        else:
            assert type(after) is SpectralDense
        assert after.vector.dtype == "float32"
        assert after.weights[0].shape == before.kernel.shape
    trained = sum(weight.numpy().size for weight in model.trainable_weights)
    assert trained == sum(weight.numpy().size for weight in plain.trainable_weights)
    logits = model(tf.constant(RNG.normal(size=(4, *shape)), tf.float32), training=True)
    assert logits.shape == (4, 1) and np.isfinite(logits).all()


def test_layers_that_grow_have_the_norm_1_at_each_level() -> None:
    model = clone_seeded(
        spectrally_normalised(growing_discriminator(3), "convolution"), (32, 32, 1), 0, "float32"
    )
    convolutions = {
        layer.name: layer for layer in multiplying_layers(model) if "from_" in layer.name
    }
    batch = tf.constant(RNG.normal(size=(2, 32, 32, 1)), tf.float32)
    # (growth, layers that are used there and not before).
    for growth, used in [(0.0, ["from_image_4"]), (0.5, ["from_image_8", "halve_from_8"])]:
        before = {name: layer.vector.numpy() for name, layer in convolutions.items()}
        set_growth(model, growth)
        iterated(model, batch, 1_000)
        for name in used:
            layer = convolutions[name]
            shape = tuple(layer.get_build_config()["input_shape"][1:])
            norm = norm_of(layer.kernel, shape, layer.strides[0], layer.padding)
            assert norm == pytest.approx(1, abs=2e-3), name
        for name in ("from_image_16", "halve_from_16", "from_image_32", "halve_from_32"):
            np.testing.assert_array_equal(convolutions[name].vector, before[name])


def test_a_convolution_whose_norm_cannot_be_found_is_refused() -> None:
    with pytest.raises(ValueError, match="size of its images, which must be known"):
        OperatorNormConv2D(3, 3).build((None, None, None, 1))
    with pytest.raises(ValueError, match=r"Received: groups 2, dilation_rate \(1, 1\)"):
        OperatorNormConv2D(4, 3, groups=2).build((None, 8, 8, 2))


def test_a_stateless_call_with_the_convolution_is_differentiable_twice() -> None:
    """As looking ahead needs it: through an update by a gradient, to the inputs.

    Without training, for the vector counts as a constant and must be one for the differences.
    """
    layer = convolution(3, 5, 1, "same", "float64")
    state = [variable.value for variable in layer.non_trainable_variables]
    start = [tf.convert_to_tensor(one.value) for one in layer.trainable_variables]
    before = layer.vector.numpy()

    @tf.function
    def ahead(batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        def loss(values: list[tf.Tensor]) -> tf.Tensor:
            made, _ = layer.stateless_call(values, state, batch, training=False)
            return tf.reduce_mean(made**2)

        with tf.GradientTape() as outer:
            outer.watch(batch)
            with tf.GradientTape() as tape:
                tape.watch(start)
                first = loss(start)
            gradients = tape.gradient(first, start)
            pairs = zip(start, gradients, strict=True)
            value = loss([one - 10 * gradient for one, gradient in pairs])
        return value, outer.gradient(value, batch)

    batch = RNG.normal(size=(2, 5, 5, 2))
    _, gradient = ahead(tf.constant(batch))
    direction = RNG.normal(size=batch.shape)
    sides = [float(ahead(tf.constant(batch + sign * 1e-5 * direction))[0]) for sign in (1, -1)]
    found = float(np.sum(gradient.numpy() * direction))
    assert found == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-5)
    assert abs(found) > 1e-3
    _, (moved,) = layer.stateless_call(start, state, tf.constant(batch), training=True)
    np.testing.assert_array_equal(layer.vector, before)
    layer(tf.constant(batch), training=True)
    np.testing.assert_allclose(moved, layer.vector, rtol=0, atol=1e-12)
    assert (moved.numpy() != before).any()
