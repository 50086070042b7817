"""The pass that replaces layers by faster ones: what it replaces, and that nothing else changes."""

import keras
import numpy as np
import pytest
from keras import layers

from ganlib import fast, optimisers, recipes
from ganlib.fast.accelerate import accelerate
from ganlib.fast.optimisers import FusedAdam, FusedRMSprop, FusedSGD
from ganlib.training.networks import build_discriminator, build_generator, build_networks

NAMES = list(recipes.all_recipes())


def kinds(model: keras.Model) -> list[str]:
    return [type(layer).__name__ for layer in model.layers]


def replaced(stack: list[layers.Layer], shape: tuple[int, ...]) -> list[str]:
    """Kinds of the layers that the pass makes of a network."""
    return kinds(accelerate(keras.Sequential(stack), shape))


def networks_of(name: str, *, plain: bool) -> list[keras.Model]:
    recipe = recipes.get(name)
    config = recipe.parse({})
    generator = build_generator(recipe, config, plain=plain)
    shape = generator.output_shape[1:]
    return [generator, build_discriminator(recipe, config, shape, plain=plain)]


def test_the_books_dcgan() -> None:
    generator, discriminator = networks_of("mnist/dcgan", plain=False)
    upsampled = ["UpsampledConv2D", "FusedBatchNormalization", "ReLU"]
    assert kinds(generator) == ["Dense", "Reshape", *upsampled, *upsampled, "ThinConv2D"]
    assert kinds(discriminator).count("FusedBatchNormalization") == 3
    assert "BatchNormalization" not in kinds(discriminator)


def test_the_books_drawings() -> None:
    generator, discriminator = networks_of("quickdraw/conv", plain=False)
    assert kinds(generator).count("UpsampledConv2D") == 2
    # From 8 channels, Keras' own is faster.
    assert kinds(generator)[-1] == "Conv2D"
    convolutions = [kind for kind in kinds(discriminator) if "Conv2D" in kind]
    assert convolutions == ["Conv2D", "Conv2D", "SmallImageConv2D", "SmallImageConv2D"]


@pytest.mark.parametrize("name", ["wgan/clip", "wgan/gp", "sngan", "mnist/basic"])
def test_the_transposed_generator_ends_in_a_thin_layer(name: str) -> None:
    generator, _ = networks_of(name, plain=False)
    assert kinds(generator)[-1] == "ThinConv2DTranspose"


@pytest.mark.parametrize("name", ["toy/scalar", "fashion/dense"])
def test_dense_networks_multiply_in_parts(name: str) -> None:
    models = networks_of(name, plain=False)
    assert [type(model).__name__ for model in models] == ["SplitSequential"] * 2


@pytest.mark.parametrize("name", NAMES)
def test_names_shapes_and_initial_weights_stay(name: str) -> None:
    for ours, plain in zip(
        networks_of(name, plain=False), networks_of(name, plain=True), strict=True
    ):
        assert ours.output_shape == plain.output_shape
        assert len(ours.weights) == len(plain.weights)
        for one, other in zip(ours.weights, plain.weights, strict=True):
            assert (one.path, one.trainable) == (other.path, other.trainable)
            np.testing.assert_array_equal(one.numpy(), other.numpy())


@pytest.mark.parametrize(
    ("stack", "shape"),
    [
        # Another factor, interpolation, kernel or padding than one layer can stand for.
        ([layers.UpSampling2D(3), layers.Conv2D(2, 3, padding="same")], (4, 4, 1)),
        (
            [layers.UpSampling2D(interpolation="bilinear"), layers.Conv2D(2, 3, padding="same")],
            (4, 4, 1),
        ),
        ([layers.UpSampling2D(), layers.Conv2D(2, 4, padding="same")], (4, 4, 1)),
        ([layers.UpSampling2D(), layers.Conv2D(2, 3)], (4, 4, 1)),
        ([layers.UpSampling2D(), layers.Conv2D(2, 3, strides=2, padding="same")], (4, 4, 1)),
        ([layers.UpSampling2D(), layers.ReLU(), layers.Conv2D(2, 3, padding="same")], (4, 4, 1)),
        # An even kernel, a stride, dilation, groups.
        ([layers.Conv2D(1, 4, padding="same")], (28, 28, 64)),
        ([layers.Conv2D(1, 3, strides=2, padding="same")], (28, 28, 64)),
        ([layers.Conv2D(1, 3, dilation_rate=2, padding="same")], (28, 28, 64)),
        ([layers.Conv2D(64, 5, groups=2, padding="same")], (4, 4, 64)),
        ([layers.Conv2DTranspose(1, 4, strides=2, padding="same")], (28, 28, 64)),
        # Larger images, or a smaller kernel.
        ([layers.Conv2D(64, 5, padding="same")], (9, 9, 64)),
        ([layers.Conv2D(64, 3, padding="same")], (4, 4, 64)),
        ([layers.BatchNormalization(scale=False)], (4, 4, 16)),
    ],
)
def test_what_no_faster_layer_stands_for_stays(
    stack: list[layers.Layer], shape: tuple[int, ...]
) -> None:
    expected = [type(layer).__name__ for layer in stack]
    assert replaced(stack, shape) == expected


def test_a_layer_that_does_not_say_its_shape_is_left_alone_with_all_after_it() -> None:
    class Silent(layers.Layer):
        def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int, ...]:
            raise NotImplementedError

    stack = [Silent(), layers.Conv2D(64, 5, padding="same")]
    assert replaced(stack, (4, 4, 64)) == ["Silent", "Conv2D"]


def test_networks_that_are_no_sequence_stay() -> None:
    inputs = keras.Input((28, 28, 64))
    model = keras.Model(inputs, layers.Conv2D(1, 3, padding="same")(inputs))
    assert accelerate(model, (28, 28, 64)) is model


@pytest.mark.parametrize(
    ("kind", "fused", "plain"),
    [
        ("adam", FusedAdam, optimisers.Adam),
        ("rmsprop", FusedRMSprop, optimisers.RMSprop),
        ("sgd", FusedSGD, optimisers.SGD),
    ],
)
def test_one_variable_switches_all_of_it_off(
    kind: str, fused: type, plain: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = recipes.get("mnist/dcgan")
    config = recipe.parse({"optimiser": kind})
    quick = build_networks(recipe, config, (28, 28, 1))
    monkeypatch.setenv("GANLIB_FAST", "0")
    assert not fast.enabled()
    slow = build_networks(recipe, config, (28, 28, 1))
    for networks, expected in ((quick, fused), (slow, plain)):
        assert type(networks.generator_optimiser) is expected
        assert type(networks.discriminator_optimiser) is expected
    modules = {
        type(layer).__module__
        for model in (slow.generator, slow.discriminator)
        for layer in model.layers
    }
    assert not any(module.startswith("ganlib.fast") for module in modules)
    # A run can go on either way.
    assert quick.misfit(slow.state()) == slow.misfit(quick.state()) == ""
