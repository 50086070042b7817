"""Fourier features, against waves written out by hand."""

import math

import keras
import numpy as np
import pytest

from ganlib.models.clone_seeded import clone_seeded
from ganlib.models.dense import mlp
from ganlib.models.fourier import FourierFeatures


def test_numbers_keep_their_place_and_get_waves() -> None:
    samples = np.array([[0.0], [0.3], [-1.2]], np.float32)
    found = FourierFeatures(3)(samples).numpy()
    by_hand = [
        [x, *(math.sin(k * x) for k in (1, 2, 4)), *(math.cos(k * x) for k in (1, 2, 4))]
        for x in (0.0, 0.3, -1.2)
    ]
    np.testing.assert_allclose(found, by_hand, rtol=0, atol=1e-6)


def test_in_the_plane_waves_run_in_eight_directions() -> None:
    layer = FourierFeatures(2)
    found = layer(np.array([[0.5, 0.0], [0.0, 0.5]], np.float32)).numpy()
    assert found.shape == (2, 2 + 2 * 8 * 2) == layer.compute_output_shape((2, 2))
    sines = found[:, 2:18].reshape(2, 2, 8)
    # Along x, across it, and half-way between them; the second octave is twice as fast.
    expected = [
        [math.sin(0.5), 0.0, math.sin(0.5 / math.sqrt(2))],
        [0.0, math.sin(0.5), math.sin(0.5 / math.sqrt(2))],
    ]
    np.testing.assert_allclose(sines[:, 0][:, [0, 4, 2]], expected, rtol=0, atol=1e-6)
    np.testing.assert_allclose(sines[0, 1, 0], math.sin(1.0), rtol=0, atol=1e-6)


def test_a_pack_of_points_has_waves_along_each_number() -> None:
    assert FourierFeatures(3).compute_output_shape((None, 4)) == (None, 4 + 2 * 4 * 3)


def test_it_survives_being_rebuilt_and_has_no_weights() -> None:
    model = keras.Sequential([FourierFeatures(2), *mlp([5], 1).layers])
    built = clone_seeded(model, (1,), 0, "float32")
    # One number and four waves into five units.
    assert built.count_params() == (1 + 4 + 1) * 5 + 5 + 1
    assert built.layers[0].octaves == 2


def test_half_precision_keeps_the_waves() -> None:
    samples = np.array([[1.1]], np.float32)
    built = clone_seeded(keras.Sequential([FourierFeatures(8)]), (1,), 0, "mixed_bfloat16")
    seen = float(np.asarray(keras.ops.cast(samples, "bfloat16"), np.float32)[0, 0])
    found = np.asarray(keras.ops.cast(built(samples), "float32"))
    assert found[0, 8] == pytest.approx(math.sin(128 * seen), abs=0.01)
