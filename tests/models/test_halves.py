"""A batch in two halves is the same batch."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.models import hardware
from ganlib.models.dense import dense_discriminator, dense_generator, mlp
from ganlib.models.halves import in_halves
from ganlib.models.minibatch import MinibatchDiscrimination


def calls_of(model: keras.Model, batch: tf.Tensor) -> list[int]:
    """Samples of each call of the first layer that `in_halves` makes, beside what it gives."""
    seen: list[int] = []
    first = model.layers[0]
    call = first.call

    def watched(inputs: tf.Tensor, *args: object, **settings: object) -> tf.Tensor:
        seen.append(inputs.shape[0])
        return call(inputs, *args, **settings)

    first.call = watched
    try:
        found = in_halves(model, batch)
    finally:
        first.call = call
    assert found.shape[0] == batch.shape[0]
    return seen


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (mlp([256, 256], 200, activation="selu"), (128, 100)),
        (mlp([256, 256], 2, activation="leaky_relu", octaves=3), (128, 2)),
        (dense_generator([300], (28, 28, 1)), (64, 30)),
        (dense_discriminator([300]), (64, 28, 28, 1)),
    ],
)
def test_values_and_gradients_are_those_of_the_whole(
    model: keras.Model, shape: tuple[int, ...]
) -> None:
    model.build((None, *shape[1:]))
    batch = tf.random.stateless_uniform(shape, (1, 2), -1, 1)
    assert calls_of(model, batch) == [shape[0] // 2] * 2
    found = []
    for way in (in_halves, lambda model, batch: model(batch, training=True)):
        with tf.GradientTape() as tape:
            tape.watch(batch)
            output = way(model, batch)
            loss = tf.reduce_mean(tf.square(output))
        sources = [batch, *(one.value for one in model.trainable_variables)]
        found.append([output, *tape.gradient(loss, sources)])
    for halved, whole in zip(*found, strict=True):
        size = np.abs(whole).max()
        assert size > 0
        np.testing.assert_allclose(halved, whole, atol=1e-5 * size)


@pytest.mark.parametrize("count", [127, 16])
def test_odd_and_small_batches_stay_whole(count: int) -> None:
    model = mlp([256, 256], 1)
    model.build((None, 20))
    assert calls_of(model, tf.zeros((count, 20))) == [count]


@pytest.mark.parametrize(
    "layer",
    [layers.BatchNormalization(), layers.Dropout(0.5), MinibatchDiscrimination(5, 3)],
)
def test_layers_that_look_at_a_batch_or_remember_see_it_whole(layer: layers.Layer) -> None:
    model = keras.Sequential([layers.Dense(512), layer, layers.Dense(512)])
    model.build((None, 512))
    assert calls_of(model, tf.zeros((128, 512))) == [128]


@pytest.mark.parametrize(("there", "calls"), [("CPU:0", [64, 64]), ("GPU:0", [128])])
def test_where_the_network_lies_decides(
    there: str, calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["a GPU"])
    monkeypatch.setattr(hardware, "device_of", lambda network: f"/device:{there}")
    model = mlp([256, 256], 1)
    model.build((None, 200))
    assert calls_of(model, tf.zeros((128, 200))) == calls
