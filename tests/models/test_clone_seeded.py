"""Networks that depend on nothing but their arguments."""

import random

import keras
import numpy as np
import pytest
from keras import layers

from ganlib.models.clone_seeded import clone_seeded


def original() -> keras.Sequential:
    return keras.Sequential(
        [
            layers.Dense(4),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(4),
            layers.Dropout(0.5),
            layers.Dense(2, kernel_initializer="he_normal"),
        ]
    )


def values(network: keras.Model) -> list[np.ndarray]:
    """Every variable, Dropout's generators included."""
    return [np.asarray(variable.numpy()) for variable in network.variables]


def test_the_same_arguments_give_the_same_network_whatever_was_built_before() -> None:
    random.seed(1)
    first = clone_seeded(original(), (3,), 7, "float32")
    random.seed(2)
    second = clone_seeded(original(), (3,), 7, "float32")
    for one, other in zip(values(first), values(second), strict=True):
        np.testing.assert_array_equal(one, other)
    # Optimisers name their variables after these.
    assert [variable.path for variable in first.weights] == [
        variable.path for variable in second.weights
    ]
    inputs = np.ones((8, 3), np.float32)
    for _ in range(2):
        np.testing.assert_array_equal(first(inputs, training=True), second(inputs, training=True))


def test_another_seed_gives_another_network() -> None:
    first, second = (clone_seeded(original(), (3,), seed, "float32") for seed in (7, 8))
    for one, other in zip(first.variables, second.variables, strict=True):
        if "kernel" in one.path or "seed" in one.path:
            assert (one.numpy() != other.numpy()).any(), one.path


def test_layers_do_not_share_their_seeds() -> None:
    network = clone_seeded(original(), (4,), 7, "float32")
    assert (network.layers[0].kernel.numpy() != network.layers[3].kernel.numpy()).all()
    states = [np.asarray(network.layers[at].seed_generator.state) for at in (2, 4)]
    assert (states[0] != states[1]).any()


def test_the_original_is_left_as_it_was() -> None:
    network = original()
    network.build((None, 3))
    before, names = values(network), [layer.name for layer in network.layers]
    copy = clone_seeded(network, (3,), 7, "float32")
    copy.layers[0].kernel.assign(np.zeros((3, 4)))
    assert [layer.name for layer in network.layers] == names
    for one, other in zip(values(network), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_layers_are_named_by_their_place() -> None:
    network = clone_seeded(original(), (3,), 7, "float32")
    assert [layer.name for layer in network.layers] == [
        "00_dense",
        "01_batchnormalization",
        "02_dropout",
        "03_dense",
        "04_dropout",
        "05_dense",
    ]


@pytest.mark.parametrize(
    ("precision", "computes"), [("float32", "float32"), ("mixed_bfloat16", "bfloat16")]
)
def test_precision_is_its_own(precision: str, computes: str) -> None:
    network = clone_seeded(original(), (3,), 7, precision)
    *inner, last = network.layers
    assert {layer.compute_dtype for layer in inner} == {computes}
    # Three digits are too few for a logit.
    assert last.compute_dtype == "float32"
    assert {weight.dtype for weight in network.weights} == {"float32"}
    assert network(np.ones((2, 3), np.float32)).dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"


def test_a_functional_network_and_a_seed_of_ones_own_are_kept() -> None:
    inputs = keras.Input((3,))
    hidden = layers.Dense(4, name="chosen")(inputs)
    dropped = layers.Dropout(0.5, seed=11)(hidden)
    model = keras.Model(inputs, layers.Add()([hidden, dropped]))
    first, second = (clone_seeded(model, (3,), 5, "float32") for _ in range(2))
    assert type(first).__name__ == "Functional"
    assert first.get_layer("chosen").units == 4
    seeds = [layer.seed for layer in first.layers if isinstance(layer, layers.Dropout)]
    assert seeds == [11]
    np.testing.assert_array_equal(
        first.get_layer("chosen").kernel.numpy(), second.get_layer("chosen").kernel.numpy()
    )
