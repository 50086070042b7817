"""The bound of a network's slope, against products worked out in float64."""

import math
from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.fast.normalised import FusedBatchNormalization
from ganlib.models.clone_seeded import clone_seeded
from ganlib.models.conv import strided_discriminator
from ganlib.models.fourier import FourierFeatures
from ganlib.models.lipschitz import lipschitz_bound
from ganlib.models.minibatch import with_minibatch_discrimination
from ganlib.models.progressive import growing_discriminator, set_growth
from ganlib.models.spectral import spectrally_normalised
from tests.models.convolution_matrix import norm_of

RNG = np.random.default_rng(0)


def built(stack: list[layers.Layer], shape: tuple[int, ...]) -> keras.Sequential:
    """With random weights in every place, biases included."""
    model = clone_seeded(keras.Sequential(stack), shape, 0, "float32")
    for weight in model.trainable_weights:
        weight.assign(RNG.normal(size=weight.shape))
    return model


def top(matrix: object) -> float:
    return float(np.linalg.svd(np.asarray(matrix, np.float64), compute_uv=False)[0])


def test_of_two_dense_layers_it_is_the_product_of_their_singular_values() -> None:
    stack = [layers.Dense(7), layers.LeakyReLU(0.2), layers.Dropout(0.5), layers.Dense(2)]
    model = built(stack, (5,))
    expected = top(model.layers[0].kernel) * top(model.layers[3].kernel)
    assert lipschitz_bound(model) == pytest.approx(expected, rel=1e-9)


def test_of_one_convolution_it_is_the_norm_of_its_matrix() -> None:
    stack = [layers.Conv2D(3, 4, strides=2, padding="same", activation="relu"), layers.Flatten()]
    model = built(stack, (7, 7, 2))
    expected = norm_of(model.layers[0].kernel, (7, 7, 2), 2, "same")
    assert expected * (1 - 1e-6) <= lipschitz_bound(model) <= 1.01 * expected
    # What stands around it: zeros at the border, and another size.
    padded = [layers.ZeroPadding2D(((0, 1), (0, 1))), *stack]
    model = built(padded, (6, 6, 2))
    expected = norm_of(model.layers[1].kernel, (7, 7, 2), 2, "same")
    assert expected * (1 - 1e-6) <= lipschitz_bound(model) <= 1.01 * expected


# The formulas of the activations' papers, whose slopes are measured on a fine grid.
ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "selu": lambda x: (
        1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0)))
    ),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_counts_with_its_largest_slope(name: str) -> None:
    x = np.linspace(-3, 3, 600_002)
    steepest = np.max(np.diff(ACTIVATIONS[name](x)) / np.diff(x))
    for stack in ([layers.Activation(name)], [layers.Dense(1, activation=name)]):
        model = clone_seeded(keras.Sequential(stack), (1,), 0, "float32")
        for weight in model.trainable_weights:
            weight.assign(np.ones(weight.shape))
        assert lipschitz_bound(model) == pytest.approx(steepest, rel=1e-4)


def test_a_leaky_relu_that_is_steeper_below_counts_as_that() -> None:
    assert lipschitz_bound(built([layers.LeakyReLU(3.0)], (2,))) == pytest.approx(3, rel=1e-9)
    assert lipschitz_bound(built([layers.ReLU(negative_slope=0.5)], (2,))) == 1


@pytest.mark.parametrize("kind", [layers.BatchNormalization, FusedBatchNormalization])
def test_batch_normalisation_is_what_it_does_when_it_does_not_learn(
    kind: type[layers.BatchNormalization],
) -> None:
    model = built([kind(epsilon=0.01)], (3,))
    layer = model.layers[0]
    layer.gamma.assign([1.0, -3.0, 2.0])
    layer.moving_variance.assign([0.0, 0.99, 0.24])
    # 1 / 0.1, 3 / 1, 2 / 0.5.
    assert lipschitz_bound(model) == pytest.approx(10, rel=1e-5)
    layer.moving_variance.assign([0.99, 0.99, 0.24])
    assert lipschitz_bound(model) == pytest.approx(4, rel=1e-5)


@pytest.mark.parametrize(
    ("size", "octaves", "expected"),
    [
        # Along each axis: 1 + 1 + 4 + 16.
        (1, 3, math.sqrt(1 + 21)),
        (4, 3, math.sqrt(1 + 21)),
        # Eight directions in the plane, whose squared cosines add up to 4.
        (2, 3, math.sqrt(1 + 4 * 21)),
    ],
)
def test_fourier_features_stretch_alike_everywhere(
    size: int, octaves: int, expected: float
) -> None:
    model = built([FourierFeatures(octaves)], (size,))
    assert lipschitz_bound(model) == pytest.approx(expected, rel=1e-6)
    # The Jacobian at any place has that singular value.
    place = RNG.normal(size=size)
    step = 1e-3
    columns = [
        (model((place + step * unit)[None]) - model((place - step * unit)[None]))[0] / (2 * step)
        for unit in np.eye(size)
    ]
    assert top(np.stack(columns, axis=1)) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("growth", [0.0, 1.0, 1.25, 2.0])
def test_of_layers_that_grow_it_is_that_of_the_level(growth: float) -> None:
    model = clone_seeded(growing_discriminator(3), (32, 32, 1), 0, "float32")
    set_growth(model, growth)
    growing = model.layers[0]
    # Convolutions of 1 x 1 pixels stretch like their kernels.
    images = [top(np.reshape(one.kernel, (1, 3))) for one in growing.images]
    blocks = [
        norm_of(block.kernel, (size, size, 3), 2, "same")
        for block, size in zip(growing.blocks[:2], (8, 16), strict=True)
    ]
    last = top(model.layers[-1].kernel)
    # The mean over f x f pixels is at most 1 / f as long as they are.
    expected = {
        0.0: images[0] / 8,
        1.0: images[1] * blocks[0] / 4,
        1.25: (0.75 * images[1] / 2 + 0.25 * images[2] * blocks[1]) / 2 * blocks[0],
        2.0: images[2] * blocks[1] / 2 * blocks[0],
    }[growth]
    assert expected * last * (1 - 1e-6) <= lipschitz_bound(model) <= 1.021 * expected * last


def test_the_mean_over_pixels_shortens_as_much_as_is_said() -> None:
    # A constant image is not shortened more than any other: f x f equal pixels become one.
    images = tf.ones((1, 8, 8, 1))
    made = tf.nn.avg_pool2d(images, 4, 4, "VALID")
    assert np.linalg.norm(made) / np.linalg.norm(images) == pytest.approx(1 / 4, rel=1e-6)


@pytest.mark.parametrize("norm", ["matrix", "convolution"])
def test_a_normalised_layer_counts_with_its_normalised_kernel(norm: str) -> None:
    model = clone_seeded(
        spectrally_normalised(strided_discriminator(), norm), (8, 8, 1), 0, "float32"
    )
    for _ in range(100):
        model(tf.ones((1, 8, 8, 1)), training=True)
    kernels = [model.layers[at].kernel for at in (0, 2, 5)]
    expected = (
        norm_of(kernels[0], (8, 8, 1), 2, "same")
        * norm_of(kernels[1], (4, 4, 64), 2, "same")
        * top(kernels[2])
    )
    found = lipschitz_bound(model)
    assert expected * (1 - 1e-5) <= found <= 1.021 * expected
    if norm == "convolution":
        assert found == pytest.approx(1, abs=0.05)


def test_where_there_is_no_bound_there_is_none() -> None:
    shape = (8, 8, 1)
    model = clone_seeded(
        with_minibatch_discrimination(strided_discriminator(), 3, 2), shape, 0, "float32"
    )
    assert lipschitz_bound(model) is None
    assert lipschitz_bound(built([layers.Dense(2, activation="softmax")], (3,))) is None
    assert lipschitz_bound(built([layers.LayerNormalization()], (3,))) is None
    assert lipschitz_bound(built([layers.Conv2D(4, 3, groups=2)], (8, 8, 2))) is None
    # Two ways to the end add up, they do not multiply.
    entry = keras.Input((3,))
    both = layers.Add()([layers.Flatten()(entry), layers.Flatten()(entry)])
    assert lipschitz_bound(keras.Model(entry, both)) is None


def test_weights_that_are_not_finite_have_an_infinite_bound() -> None:
    for stack, shape in (([layers.Dense(1)], (2,)), ([layers.Conv2D(1, 3)], (4, 4, 1))):
        model = built(stack, shape)
        model.layers[0].kernel.assign(np.full(model.layers[0].kernel.shape, np.nan))
        assert lipschitz_bound(model) == math.inf
