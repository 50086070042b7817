"""Networks that grow: what each level shows, how the next one is faded in, and what learns."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.models.clone_seeded import clone_seeded
from ganlib.models.minibatch import with_minibatch_discrimination
from ganlib.models.progressive import (
    GrowingImages,
    at_level,
    fade_images,
    growing_discriminator,
    growing_generator,
    set_growth,
)
from ganlib.models.spectral import spectrally_normalised
from ganlib.regularisers import logits_and_penalty

RNG = np.random.default_rng(0)
# Growth, and the layers in use there, by name.
LEVELS = {
    0.0: {"4"},
    0.5: {"4", "8"},
    1.0: {"8"},
    1.25: {"8", "16"},
    2.0: {"16"},
    3.0: {"32"},
}


def generator(precision: str = "float32", filters: int = 6) -> keras.Sequential:
    return clone_seeded(growing_generator(filters), (5,), 1, precision)


def discriminator(precision: str = "float32", filters: int = 6) -> keras.Sequential:
    return clone_seeded(growing_discriminator(filters), (32, 32, 1), 2, precision)


def latents(dtype: str = "float32") -> tf.Tensor:
    return tf.constant(RNG.normal(size=(3, 5)), dtype)


def pictures(size: int = 32, dtype: str = "float32") -> tf.Tensor:
    return tf.constant(RNG.uniform(-1, 1, size=(3, size, size, 1)), dtype)


def shown(model: keras.Sequential, growth: float, inputs: tf.Tensor) -> np.ndarray:
    set_growth(model, growth)
    return model(inputs).numpy()


def enlarged(images: np.ndarray, factor: int) -> np.ndarray:
    return images.repeat(factor, axis=1).repeat(factor, axis=2)


def part(model: keras.Sequential, name: str) -> layers.Layer:
    """A layer inside the growing one."""
    growing = next(layer for layer in model.layers if hasattr(layer, "blocks"))
    return next(layer for layer in [*growing.images, *growing.blocks] if layer.name == name)


def leaky(values: Any) -> Any:
    return tf.nn.leaky_relu(values, 0.2)


def test_parameters_by_hand() -> None:
    made = clone_seeded(growing_generator(), (100,), 0, "float32")
    judged = clone_seeded(growing_discriminator(), (32, 32, 1), 0, "float32")
    convolution = 4 * 4 * 128 * 128 + 128
    # A dense layer, three doublings, four convolutions to one channel, and the growth.
    assert made.count_params() == (100 * 2_048 + 2_048) + 3 * convolution + 4 * (9 * 128 + 1) + 1
    # Four convolutions of one channel, three halvings, a dense layer, and the growth.
    assert judged.count_params() == 4 * (128 + 128) + 3 * convolution + (2_048 + 1) + 1


def test_each_level_is_its_layers_one_after_the_other() -> None:
    model, inputs = generator(), latents()
    features = model.layers[2](model.layers[1](model.layers[0](inputs)))
    for level, size in enumerate((4, 8, 16, 32)):
        if level:
            features = leaky(part(model, f"double_to_{size}")(features))
        image = part(model, f"to_image_{size}")(features).numpy()
        assert image.shape == (3, size, size, 1)
        found = shown(model, level, inputs)
        np.testing.assert_allclose(found, enlarged(image, 32 // size), rtol=0, atol=1e-6)


def test_each_level_of_the_discriminator_is_its_layers_one_after_the_other() -> None:
    model = discriminator()
    for level, size in enumerate((4, 8, 16, 32)):
        images = pictures(size)
        features = leaky(part(model, f"from_image_{size}")(images))
        for smaller in (32, 16, 8)[3 - level :]:
            features = leaky(part(model, f"halve_from_{smaller}")(features))
        expected = model.layers[2](model.layers[1](features))
        found = shown(model, level, enlarged(images.numpy(), 32 // size))
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_a_level_sees_means_over_squares() -> None:
    model, images = discriminator(), pictures()
    means = images.numpy().reshape(3, 8, 4, 8, 4, 1).mean(axis=(2, 4))
    np.testing.assert_allclose(
        shown(model, 1, images), shown(model, 1, enlarged(means, 4)), rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_generators_fade_in_starts_where_the_level_below_ended(level: int) -> None:
    model, inputs = generator(), latents()
    below, above = shown(model, level, inputs), shown(model, level + 1, inputs)
    size = 4 * 2**level
    small = below[:, :: 32 // size, :: 32 // size]
    # Nothing is finer than the level, and a first step into the next one shows no jump.
    np.testing.assert_array_equal(below, enlarged(small, 32 // size))
    np.testing.assert_allclose(shown(model, level + 1e-6, inputs), below, rtol=0, atol=4e-6)
    np.testing.assert_allclose(
        shown(model, level + 0.5, inputs), (below + above) / 2, rtol=0, atol=1e-6
    )
    np.testing.assert_allclose(
        shown(model, level + 0.75, inputs), below / 4 + 3 * above / 4, rtol=0, atol=1e-6
    )
    assert np.abs(above - below).max() > 1e-3


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_discriminators_fade_in_starts_where_the_level_below_ended(level: int) -> None:
    model, images = discriminator(), pictures()
    below = shown(model, level, images)
    np.testing.assert_allclose(shown(model, level + 1e-6, images), below, rtol=0, atol=1e-5)
    assert np.abs(shown(model, level + 1, images) - below).max() > 1e-3


def test_half_way_the_discriminators_features_are_the_mean() -> None:
    # At growth 0.5 what follows is linear, so that the logits are the mean as well.
    model, images = discriminator(), pictures()
    low, half, high = (shown(model, growth, images) for growth in (0, 0.5, 1))
    np.testing.assert_allclose(half, (low + high) / 2, rtol=0, atol=1e-6)
    # Further on, features are mixed before the next halving.
    growing = model.layers[0]
    set_growth(model, 1.5)
    found = growing(images)
    pooled = tf.nn.avg_pool2d(images, 2, 2, "VALID")
    new = leaky(part(model, "halve_from_16")(leaky(part(model, "from_image_16")(pooled))))
    old = leaky(part(model, "from_image_8")(tf.nn.avg_pool2d(images, 4, 4, "VALID")))
    expected = leaky(part(model, "halve_from_8")((old + new) / 2))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def reduced(images: np.ndarray, factor: int) -> np.ndarray:
    """Means over squares of so many pixels a side."""
    count, side, _, channels = images.shape
    small = side // factor
    return images.reshape(count, small, factor, small, factor, channels).mean(axis=(2, 4))


def checkerboards() -> np.ndarray:
    """(4, 32, 32, 1) of -1 and 1, with squares of 1, 2, 4 and 8 pixels."""
    row, column = np.indices((32, 32))
    boards = [((row // side + column // side) % 2) * 2.0 - 1 for side in (1, 2, 4, 8)]
    return np.array(boards, np.float32)[..., np.newaxis]


FADES = {0.3: (0, 1, 0.3), 1.0: (0, 1, 1), 1.5: (1, 2, 0.5), 2.7: (2, 3, 0.7), 3.0: (2, 3, 1)}


@pytest.mark.parametrize("images", [checkerboards(), pictures().numpy()], ids=["boards", "noise"])
@pytest.mark.parametrize("growth", FADES)
def test_real_images_are_blended_by_hand(growth: float, images: np.ndarray) -> None:
    model = discriminator()
    set_growth(model, growth)
    below, level, share = FADES[growth]
    at_levels = [
        enlarged(reduced(images, 8 // 2**number), 8 // 2**number) for number in (below, level)
    ]
    expected = (1 - share) * at_levels[0] + share * at_levels[1]
    found = fade_images(model, tf.constant(images)).numpy()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_a_fading_checkerboard_is_as_bright_as_its_share() -> None:
    # Squares of 4 pixels are those of level 1; at level 0 they are all grey.
    model, boards = discriminator(), checkerboards()
    for growth, brightness in ((0.3, 0.3), (0.75, 0.75), (1.0, 1.0), (2.5, 1.0)):
        set_growth(model, growth)
        found = fade_images(model, tf.constant(boards)).numpy()[2]
        np.testing.assert_allclose(found, brightness * boards[2], rtol=0, atol=1e-6)
    # Those of one pixel are seen at the last level only.
    for growth, brightness in ((1.5, 0.0), (2.0, 0.0), (2.7, 0.7), (3.0, 1.0)):
        set_growth(model, growth)
        found = fade_images(model, tf.constant(boards)).numpy()[0]
        np.testing.assert_allclose(found, brightness * boards[0], rtol=0, atol=1e-6)


def test_before_the_first_fade_images_stay_as_they_are() -> None:
    model, images = discriminator(), pictures()
    set_growth(model, 0)
    np.testing.assert_array_equal(fade_images(model, images), images)


class _Unfolded(layers.Layer):
    """Doubles the side of features: four channels become a square of 2 x 2 pixels."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return tf.nn.depth_to_space(inputs, 2)

    def compute_output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return shape[0], 2 * shape[1], 2 * shape[2], shape[3] // 4


class _MeanOfChannels(layers.Layer):
    """The image of features whose channels are pixels that are yet to be unfolded."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return tf.reduce_mean(inputs, axis=3, keepdims=True)


@pytest.mark.parametrize("growth", [0.3, 1.0, 1.5, 2.7, 3.0])
def test_real_images_are_blended_as_a_generator_blends_the_same_images(growth: float) -> None:
    # A generator that draws given images at every level: its features hold all their pixels.
    # They are positive, so that its leaky ReLUs change nothing.
    images = tf.constant(RNG.uniform(0.1, 1, size=(3, 32, 32, 1)), tf.float32)
    end = GrowingImages([_MeanOfChannels() for _ in range(4)], [_Unfolded() for _ in range(3)])
    features = images
    for _ in range(3):
        features = tf.nn.space_to_depth(features, 2)
    end.build(features.shape)
    end.growth.assign(growth)
    judges = discriminator()
    set_growth(judges, growth)
    drawn, real = end.call(features), fade_images(judges, images)
    np.testing.assert_allclose(drawn, real, rtol=0, atol=1e-6)
    # So the discriminator cannot tell a drawn image from the real one by its sharpness.
    np.testing.assert_allclose(judges(drawn), judges(real), rtol=0, atol=1e-6)


def test_one_level_of_the_blend_compiled_alone_is_what_it_is_among_all() -> None:
    model, images = discriminator(), pictures()
    for growth in LEVELS:
        set_growth(model, growth)
        with at_level(model, int(np.ceil(growth))):
            alone = tf.function(lambda: fade_images(model, images)).get_concrete_function()
        assert not any(operation.type == "Case" for operation in alone.graph.get_operations())
        np.testing.assert_allclose(alone(), fade_images(model, images), rtol=0, atol=1e-6)


def in_use(name: str, sizes: set[str]) -> bool:
    """Whether a weight matters while the levels of these sizes are shown."""
    layer = name.split("/")[-2]
    if "image" in layer:
        return layer.rpartition("_")[2] in sizes
    if "double" in layer or "halve" in layer:
        return int(layer.rpartition("_")[2]) <= max(map(int, sizes))
    return True


@pytest.mark.parametrize("compiled", [False, True])
def test_only_layers_in_use_learn(compiled: bool) -> None:
    made, judged, inputs = generator(), discriminator(), latents()

    def gradients(growth: tf.Tensor) -> list[tf.Tensor]:
        for model in (made, judged):
            set_growth(model, growth)
        weights = made.trainable_variables + judged.trainable_variables
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(judged(made(inputs, training=True), training=True) ** 2)
        values = [weight.value for weight in weights]
        return tape.gradient(loss, values, unconnected_gradients="zero")

    run = tf.function(gradients) if compiled else gradients
    names = [weight.path for weight in made.trainable_variables + judged.trainable_variables]
    for growth, sizes in LEVELS.items():
        for name, gradient in zip(names, run(tf.constant(growth)), strict=True):
            moves = bool(np.abs(gradient).max() > 0)
            assert moves == in_use(name, sizes), (growth, name)


def test_one_level_compiled_alone_is_what_it_is_among_all() -> None:
    made, judged, inputs = generator(), discriminator(), latents()
    weights = made.trainable_variables + judged.trainable_variables

    def step() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(judged(made(inputs, training=True), training=True) ** 2)
        values = [weight.value for weight in weights]
        return [loss, *tape.gradient(loss, values, unconnected_gradients="zero")]

    among_all = tf.function(step)
    for growth in LEVELS:
        for model in (made, judged):
            set_growth(model, growth)
        level = int(np.ceil(growth))
        with at_level(made, level), at_level(judged, level):
            alone = tf.function(step).get_concrete_function()
        assert not any(operation.type == "Case" for operation in alone.graph.get_operations())
        for one, other in zip(alone(), among_all(), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_a_gradient_penalty_has_the_gradient_of_finite_differences() -> None:
    model, images = discriminator("float64", filters=3), pictures(dtype="float64")
    weights = model.trainable_variables

    def penalty() -> tf.Tensor:
        return logits_and_penalty(lambda x: tf.tanh(10 * model(x)), images)[1]

    @tf.function
    def slopes() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            value = penalty()
        values = [weight.value for weight in weights]
        return tape.gradient(value, values, unconnected_gradients="zero")

    start = [weight.numpy() for weight in weights]
    directions = [RNG.normal(size=weight.shape) for weight in weights]

    def moved(by: float) -> float:
        for weight, value, direction in zip(weights, start, directions, strict=True):
            weight.assign(value + by * direction)
        return float(penalty())

    for growth in (0.0, 1.0, 1.25, 3.0):
        set_growth(model, growth)
        moved(0)
        pairs = zip(slopes(), directions, strict=True)
        found = sum(float(np.sum(slope.numpy() * direction)) for slope, direction in pairs)
        expected = (moved(1e-7) - moved(-1e-7)) / 2e-7
        assert found == pytest.approx(expected, rel=1e-4)
        assert abs(expected) > 1e-6


def test_a_stateless_call_uses_the_values_it_is_given() -> None:
    model, images = discriminator(), pictures()
    set_growth(model, 1.5)
    state = [weight.value for weight in model.non_trainable_variables]

    @tf.function
    def call(values: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        with tf.GradientTape() as tape:
            tape.watch(values)
            logits, _ = model.stateless_call(values, state, images, training=True)
            loss = tf.reduce_mean(logits)
        return logits, tape.gradient(loss, values, unconnected_gradients="zero")

    values = [2 * tf.convert_to_tensor(weight) for weight in model.trainable_variables]
    logits, gradients = call(values)
    before = model(images).numpy()
    for weight, value in zip(model.trainable_variables, values, strict=True):
        weight.assign(value)
    np.testing.assert_allclose(logits, model(images), rtol=0, atol=1e-5)
    assert np.abs(logits - before).max() > 1e-3
    names = [weight.path for weight in model.trainable_variables]
    for name, gradient in zip(names, gradients, strict=True):
        assert bool(np.abs(gradient).max() > 0) == in_use(name, {"8", "16"}), name


def test_half_precision_computes_and_growth_stays_exact() -> None:
    growth = 1 + 1 / 1024
    for model, inputs, gives in (
        (generator("mixed_bfloat16"), latents(), "bfloat16"),
        # Its logits are exact.
        (discriminator("mixed_bfloat16"), pictures(), "float32"),
    ):
        set_growth(model, growth)
        outputs = model(inputs, training=True)
        assert outputs.dtype == gives
        assert np.isfinite(outputs.numpy().astype(float)).all()
        stored = next(weight for weight in model.weights if weight.name == "growth")
        # bfloat16 would round it to 1.
        assert (stored.dtype, float(stored.numpy())) == ("float32", growth)


def test_the_seed_decides_the_layers_inside_as_well() -> None:
    first, second, other = (
        clone_seeded(growing_generator(4), (5,), seed, "float32") for seed in (7, 7, 8)
    )
    assert [weight.path for weight in first.weights] == [weight.path for weight in second.weights]
    kernels = []
    for one, same, changed in zip(first.weights, second.weights, other.weights, strict=True):
        np.testing.assert_array_equal(one, same)
        if "kernel" in one.path:
            assert (one.numpy() != changed.numpy()).any(), one.path
            kernels.append(one.numpy().ravel()[:20].tobytes())
    assert len(set(kernels)) == len(kernels) == 8


def test_spectral_normalisation_and_minibatch_discrimination_reach_inside() -> None:
    model = spectrally_normalised(with_minibatch_discrimination(growing_discriminator(4), 3, 2))
    model = clone_seeded(model, (32, 32, 2), 0, "float32")
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["GrowingFeatures", "Flatten", "MinibatchDiscrimination", "SpectralDense"]
    inside = part(model, "halve_from_16")
    assert type(inside).__name__ == "SpectralConv2D"
    set_growth(model, 2)
    before, unused = inside.vector.numpy(), part(model, "halve_from_32").vector.numpy()
    tf.function(lambda: model(tf.ones((2, 32, 32, 2)), training=True))()
    assert (inside.vector.numpy() != before).any()
    np.testing.assert_array_equal(part(model, "halve_from_32").vector, unused)


def test_growth_is_set_inside_a_compiled_function() -> None:
    model = generator()

    @tf.function
    def grow(growth: tf.Tensor) -> None:
        set_growth(model, growth)

    # Beyond the last level nothing grows.
    for growth, reached in ((0.5, 0.5), (3.0, 3.0), (4.5, 3.0)):
        grow(tf.constant(growth, tf.float64))
        assert float(model.layers[-1].growth.numpy()) == reached
