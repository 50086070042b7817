"""The distributions that stored samples give."""

import numpy as np
import pytest

from ganlib import recipes
from ganlib.events import DataReport, Samples, Started
from ganlib.runs import RunStore
from ganlib.runs.distributions import distributions
from ganlib.runs.documents import DamagedError
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
    assert found["Values"].real.values == pytest.approx(np.sort(real.ravel()))
    assert found["Values"].generated.values == pytest.approx(np.sort(made.ravel()[1:]))
    assert found["Discriminator's scores"].generated.values.tolist() == [1.0]


def test_a_plane_has_two(store: RunStore) -> None:
    real = RNG.normal(size=(20, 2)).astype(np.float32)
    found = distributions(stored(store, real, real + 1), 0)
    assert list(found) == ["Coordinate x", "Coordinate y"]
    assert found["Coordinate y"].generated.values == pytest.approx(np.sort(real[:, 1] + 1))


def test_images_have_ink_and_brightness(store: RunStore) -> None:
    images = RNG.integers(0, 256, (4, 8, 8, 1)).astype(np.uint8)
    # Of six images of 64 pixels, of which the grid has four.
    views = {"ink": np.arange(6.0), "pixels": counted({3: 84, 200: 300})}
    found = distributions(stored(store, images, images, views, views), 0)
    assert list(found) == ["Ink per image", "Pixel brightness"]
    brightness = found["Pixel brightness"].real
    assert (brightness.values.tolist(), brightness.counts.tolist()) == ([3, 200], [84, 300])
    assert "belong together" in found["Pixel brightness"].note
    # As an earlier version left it.
    bare = distributions(stored(store, images, images), 0)["Ink per image"]
    assert bare.real.values == pytest.approx(np.sort(images.mean(axis=(1, 2, 3))))
    assert "grid alone" in bare.note


def counted(counts: dict[int, int], dtype: type = np.int64) -> np.ndarray:
    """(256,) how many pixels have which brightness."""
    pixels = np.zeros(256, dtype)
    pixels[list(counts)] = list(counts.values())
    return pixels


@pytest.mark.parametrize(
    "pixels",
    [
        counted({0: 10**12}),
        counted({0: 383}),
        counted({0: 385}),
        counted({0: 384, 1: 1, 2: -1}),
        # Their sum overflows, and is 384 then.
        counted({at: 2**62 for at in range(4)} | {9: 384}),
        counted({0: 2**63, 1: 2**63, 2: 384}, np.uint64),
        counted({0: 384}, np.float64),
        counted({0: 384})[:255],
    ],
    ids=[
        "far more",
        "one less",
        "one more",
        "less than none",
        "overflow",
        "unsigned",
        "floats",
        "255",
    ],
)
@pytest.mark.parametrize("of_real", [False, True], ids=["generated", "real"])
def test_counts_that_the_images_do_not_have(
    store: RunStore, pixels: np.ndarray, of_real: bool
) -> None:
    images = RNG.integers(0, 256, (4, 8, 8, 1)).astype(np.uint8)
    whole = {"ink": np.arange(6.0), "pixels": counted({0: 384})}
    wrong = whole | {"pixels": pixels}
    views, real_views = (whole, wrong) if of_real else (wrong, whole)
    run = stored(store, images, images, views, real_views)
    with pytest.raises(DamagedError, match=r"^samples/00000000.npz is damaged, or samples/real"):
        distributions(run, 0)
