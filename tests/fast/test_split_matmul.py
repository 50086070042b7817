"""Products of matrices in parts give the same numbers."""

from collections import Counter

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.fast import hardware
from ganlib.fast.accelerate import accelerate
from ganlib.fast.split_matmul import SplitSequential
from ganlib.models.dense import dense_discriminator, dense_generator, mlp
from ganlib.models.minibatch import MinibatchDiscrimination

# Samples, inputs, outputs.
Product = tuple[int, int, int]


def products_of(model: keras.Model, shape: tuple[int, ...]) -> Counter[Product]:
    """How often each product of matrices is made of a batch of that shape."""
    model = accelerate(model, shape[1:])
    model.build((None, *shape[1:]))
    graph = (
        tf.function(lambda batch: model(batch, training=True))
        .get_concrete_function(tf.TensorSpec(shape))
        .graph
    )
    made = [one for one in graph.get_operations() if one.type == "MatMul"]
    return Counter((*one.inputs[0].shape, one.inputs[1].shape[1]) for one in made)


@pytest.mark.parametrize(
    ("model", "shape", "products"),
    [
        # Halves of the batch.
        (
            mlp([256, 256], 200, activation="selu"),
            (128, 100),
            {(64, 100, 256): 2, (64, 256, 256): 2, (64, 256, 200): 2},
        ),
        (
            mlp([256, 256], 2, activation="leaky_relu", octaves=3),
            (128, 2),
            {(64, 2, 24): 2, (64, 50, 256): 2, (64, 256, 256): 2, (64, 256, 2): 2},
        ),
        # Parts of the weights.
        (
            dense_generator([100, 150], (28, 28, 1), activation="selu"),
            (32, 30),
            {(32, 30, 100): 1, (32, 100, 150): 1, (32, 150, 392): 2},
        ),
        (
            dense_discriminator([150, 100], activation="selu"),
            (32, 28, 28, 1),
            {(32, 392, 150): 2, (32, 150, 100): 1, (32, 100, 1): 1},
        ),
        (
            dense_generator([300], (28, 28, 1), output_activation="sigmoid"),
            (64, 30),
            {(64, 30, 300): 1, (64, 300, 262): 1, (64, 300, 261): 2},
        ),
        (
            keras.Sequential([layers.Dense(300, use_bias=False)]),
            (64, 784),
            {(64, 262, 300): 1, (64, 261, 300): 2},
        ),
    ],
)
def test_values_and_gradients_are_those_of_the_whole(
    model: keras.Model, shape: tuple[int, ...], products: dict[Product, int]
) -> None:
    assert products_of(model, shape) == products
    faster = SplitSequential(model.layers)
    faster.build((None, *shape[1:]))
    batch = tf.random.stateless_uniform(shape, (1, 2), -1, 1)
    found = []
    for network in (faster, keras.Sequential(model.layers)):
        with tf.GradientTape() as tape:
            tape.watch(batch)
            output = network(batch, training=True)
            # Far from the outputs, so that no gradient is a sum of terms that cancel.
            loss = tf.reduce_mean(tf.square(output - 3))
        sources = [batch, *(one.value for one in faster.trainable_variables)]
        found.append([output, *tape.gradient(loss, sources)])
    for parted, whole in zip(*found, strict=True):
        size = np.abs(whole).max()
        assert size > 0
        np.testing.assert_allclose(parted, whole, atol=1e-5 * size)


@pytest.mark.parametrize("count", [127, 16])
def test_odd_and_small_batches_of_few_weights_stay_whole(count: int) -> None:
    made = products_of(mlp([256, 256], 1), (count, 20))
    assert made == {(count, 20, 256): 1, (count, 256, 256): 1, (count, 256, 1): 1}


def test_what_would_make_many_parts_is_halved() -> None:
    made = products_of(dense_discriminator([150]), (1_024, 28, 28, 1))
    assert made == {(512, 784, 150): 2, (512, 150, 1): 2}


@pytest.mark.parametrize(
    "layer",
    [layers.BatchNormalization(), layers.Dropout(0.5), MinibatchDiscrimination(5, 3)],
)
def test_layers_that_look_at_a_batch_or_remember_see_it_whole(layer: layers.Layer) -> None:
    model = keras.Sequential([layers.Dense(512), layer, layers.Dense(512)])
    made = products_of(model, (128, 512))
    assert all(product[0] == 128 for product in made)
    assert made[(128, 512, 512)] >= 1


def test_half_precision_goes_through_the_network_as_ever() -> None:
    model = keras.Sequential([layers.Dense(150, dtype="mixed_bfloat16")])
    assert products_of(model, (32, 784)) == {(32, 784, 150): 1}


@pytest.mark.parametrize(("there", "samples"), [("CPU:0", 64), ("GPU:0", 128)])
def test_where_the_network_lies_decides(
    there: str, samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["a GPU"])
    monkeypatch.setattr(hardware, "device_of", lambda network: f"/device:{there}")
    made = products_of(mlp([256, 256], 1), (128, 200))
    assert made[(samples, 200, 256)] == 128 / samples
