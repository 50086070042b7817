"""The distributions that stored samples give."""

import numpy as np
import pytest

from ganlib import recipes
from ganlib.events import DataReport, Samples, Started
from ganlib.runs import RunStore
from ganlib.runs.distributions import distributions
from ganlib.runs.run import Run
from ganlib.runs.writer import RunWriter

RNG = np.random.default_rng(0)


def stored(store: RunStore, real: np.ndarray, made: np.ndarray, views=None, real_views=None) -> Run:
    run = store.create("toy/scalar", recipes.get("toy/scalar").parse({}))
    with RunWriter(run, tensorboard=False) as writer:
        writer.begin()
        report = DataReport("Made up", "for a test")
        writer.write(Started(0, {}, report, "CPU", real, ("x",), real_views or {}))
        writer.write(Samples(0, made, made, views=views or {}))
    return run


def test_numbers_are_their_own_distribution(store: RunStore) -> None:
    real = RNG.normal(size=(20, 3)).astype(np.float32)
    made = real[:10].copy()
    made[0, 0] = np.nan
    scores = {"scores_real": np.arange(5.0), "scores_generated": np.array([1.0, np.inf])}
    found = distributions(stored(store, real, made, scores), 0)
    assert list(found) == ["Values", "Discriminator's scores"]
    assert found["Values"].real == pytest.approx(real.ravel())
    assert found["Values"].generated == pytest.approx(made.ravel()[1:])
    assert found["Discriminator's scores"].generated.tolist() == [1.0]


def test_a_plane_has_two(store: RunStore) -> None:
    real = RNG.normal(size=(20, 2)).astype(np.float32)
    found = distributions(stored(store, real, real + 1), 0)
    assert list(found) == ["Coordinate x", "Coordinate y"]
    assert found["Coordinate y"].generated == pytest.approx(real[:, 1] + 1)


def test_images_have_ink_and_brightness(store: RunStore) -> None:
    images = RNG.integers(0, 256, (4, 8, 8, 1)).astype(np.uint8)
    pixels = np.zeros(256, np.int64)
    pixels[[3, 200]] = (2, 5)
    views = {"ink": np.arange(6.0), "pixels": pixels}
    found = distributions(stored(store, images, images, views, views), 0)
    assert list(found) == ["Ink per image", "Pixel brightness"]
    assert found["Pixel brightness"].real.tolist() == [3, 3, *[200] * 5]
    assert "belong together" in found["Pixel brightness"].note
    # As an earlier version left it.
    bare = distributions(stored(store, images, images), 0)["Ink per image"]
    assert bare.real == pytest.approx(images.mean(axis=(1, 2, 3)))
    assert "grid alone" in bare.note
