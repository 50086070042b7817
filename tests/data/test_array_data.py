"""Drawing from samples in memory."""

import numpy as np
import pytest
import tensorflow as tf

from ganlib.data.base import ArrayData
from ganlib.events import DataReport

REPORT = DataReport("Shades", "made here", 10, 10)


@pytest.fixture
def shades() -> ArrayData:
    """Ten images of 2 x 3; image i is all of shade i."""
    samples = np.broadcast_to(np.arange(10, dtype=np.uint8)[:, None, None, None], (10, 2, 3, 1))
    return ArrayData(samples.copy(), REPORT)


def test_draws_float32_of_the_asked_shape_in_the_datas_own_units(shades: ArrayData) -> None:
    drawn = shades.draw(tf.constant([0, 1], tf.int32), 7, *shades.tensors)
    assert shades.sample_shape == (2, 3, 1)
    assert shades.report is REPORT
    assert drawn.shape == (7, 2, 3, 1)
    assert drawn.dtype == tf.float32
    assert set(np.unique(drawn)) <= set(range(10))
    # Each sample is one whole image, not pixels of several.
    assert (np.ptp(drawn.numpy(), axis=(1, 2, 3)) == 0).all()


def test_same_seed_same_samples_in_and_out_of_a_compiled_step(shades: ArrayData) -> None:
    compiled = tf.function(lambda seed: shades.draw(seed, 64, *shades.tensors))
    first, other = tf.constant([5, 1], tf.int32), tf.constant([5, 2], tf.int32)
    np.testing.assert_array_equal(compiled(first), compiled(first))
    np.testing.assert_array_equal(compiled(first), shades.draw(first, 64, *shades.tensors))
    assert (compiled(first).numpy() != compiled(other).numpy()).any()


def test_data_of_one_kind_share_a_compiled_draw(shades: ArrayData) -> None:
    spec = tf.TensorSpec((None, 2, 3, 1), tf.uint8)
    drawn = tf.function(lambda seed, held: shades.draw(seed, 64, held))
    compiled = drawn.get_concrete_function(tf.TensorSpec((2,), tf.int32), spec)
    few = ArrayData(np.full((3, 2, 3, 1), 200, np.uint8), REPORT)
    seed = tf.constant([5, 1], tf.int32)
    for data in (shades, few):
        assert data.kind == shades.kind
        np.testing.assert_array_equal(
            compiled(seed, *data.tensors), data.draw(seed, 64, *data.tensors)
        )


def test_other_shapes_and_types_are_of_another_kind(shades: ArrayData) -> None:
    for samples in (np.zeros((10, 3, 2, 1), np.uint8), np.zeros((10, 2, 3, 1), np.float32)):
        assert ArrayData(samples, REPORT).kind != shades.kind


def test_every_sample_is_drawn_equally_often(shades: ArrayData) -> None:
    drawn = shades.take(0, 10_000)[:, 0, 0, 0].astype(int)
    counts = np.bincount(drawn, minlength=10)
    assert len(counts) == 10
    # Binomial(10,000, 0.1) has mean 1,000 and standard deviation 30; five of them.
    assert np.abs(counts - 1_000).max() <= 150
    # And they are random: with equal counts, chi squared would be 0.
    assert ((counts - 1_000) ** 2 / 1_000).sum() > 0.5


def test_samples_are_kept_and_drawn_on_the_cpu() -> None:
    # There is no such device here; a graph is put on it all the same, as long as nobody runs it.
    with tf.device("/GPU:0"):
        shades = ArrayData(np.zeros((10, 2, 3, 1), np.uint8), REPORT)
    assert shades.tensors[0].device.endswith("device:CPU:0")

    def drawn(seed: tf.Tensor, held: tf.Tensor) -> tf.Tensor:
        with tf.device("/GPU:0"):
            return shades.draw(seed, 64, held)

    graph = tf.function(drawn).get_concrete_function(
        tf.TensorSpec((2,), tf.int32), tf.TensorSpec((None, 2, 3, 1), tf.uint8)
    )
    devices = {each.type: each.device for each in graph.graph.get_operations()}
    assert devices["StatelessRandomUniformIntV2"] == "/device:CPU:0"
    assert devices["GatherV2"] == "/device:CPU:0"
    # A quarter as many bytes go to the device as would after this.
    assert devices["Cast"] == "/device:GPU:0"
