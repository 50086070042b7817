"""The distributions that stored samples give."""

from typing import get_args

import numpy as np
import pytest

from ganlib import recipes
from ganlib.config import Loss
from ganlib.events import Change, DataReport, Samples, Started
from ganlib.runs import RunStore
from ganlib.runs.journal import DamagedError
from ganlib.runs.run import Run
from ganlib.runs.writer import RunWriter
from ganlib.ui.distributions.distributions import distributions

RNG = np.random.default_rng(0)


def stored(
    store: RunStore,
    real: np.ndarray,
    made: np.ndarray,
    views: dict[str, np.ndarray] | None = None,
    real_views: dict[str, np.ndarray] | None = None,
    changes: tuple[Change, ...] = (),
    steps: tuple[int, ...] = (0,),
    **knobs: object,
) -> Run:
    run = store.create("toy/scalar", recipes.get("toy/scalar").parse(knobs))
    with RunWriter(run, tensorboard=False) as writer:
        writer.begin()
        report = DataReport("Made up", "for a test")
        writer.write(Started(0, {}, report, "CPU", real, ("x",), real_views or {}))
        for change in changes:
            writer.write(change)
        for step in steps:
            writer.write(Samples(step, made, made, views=views or {}))
    return run


def test_numbers_are_their_own_distribution(store: RunStore) -> None:
    real = RNG.normal(size=(20, 1)).astype(np.float32)
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


def test_the_numbers_of_a_vector_belong_together(store: RunStore) -> None:
    real = RNG.normal(size=(20, 3)).astype(np.float32)
    made = real[:10].copy()
    made[0, 0] = np.nan
    found = distributions(stored(store, real, made), 0)["Values"]
    assert (found.real.count, found.real.size, found.real.unit) == (60, 20, "vectors")
    assert (found.generated.count, found.generated.size) == (29, 10)
    assert found.real.values == pytest.approx(np.sort(real.ravel()))
    first = found.real.in_cells(found.real.values)[0]
    assert found.real.values[first > 0] == pytest.approx(np.sort(real[0]))
    assert "number of vectors" in found.note


def test_images_have_ink_and_brightness(store: RunStore) -> None:
    images = RNG.integers(0, 256, (4, 8, 8, 1)).astype(np.uint8)
    # Of six images of 64 pixels, of which the grid has four.
    pixels = np.stack([counted({3: 14, 200: 50})] * 6)
    pixels[0] = counted({7: 64})
    views = {"ink": np.arange(6.0), "pixels": pixels}
    found = distributions(stored(store, images, images, views, views), 0)
    assert list(found) == ["Ink per image", "Pixel brightness"]
    brightness = found["Pixel brightness"].real
    assert (brightness.values.tolist(), brightness.counts.tolist()) == ([3, 7, 200], [70, 64, 250])
    # The images were drawn, and not their pixels.
    assert (brightness.size, brightness.unit) == (6, "images")
    assert "the sample size is the number of images" in found["Pixel brightness"].note


SCORES = {"scores_real": np.arange(5.0), "scores_generated": np.arange(5.0)}


@pytest.mark.parametrize("loss", get_args(Loss))
def test_what_a_score_above_0_means_depends_on_the_loss(store: RunStore, loss: str) -> None:
    numbers = np.ones((5, 1), np.float32)
    note = distributions(stored(store, numbers, numbers, SCORES, loss=loss), 0)[
        "Discriminator's scores"
    ].note
    # The best discriminator's logit is log p/q, (p - q) / (p + q), or the sign of p - q; the
    # other losses stay the same where all logits are raised alike.
    has_border = loss in ("non_saturating", "least_squares", "hinge")
    assert ("above 0 it takes the sample for real" in note) == has_border
    assert ("zero means nothing" in note) != has_border
    assert has_border or f"the {loss} loss" in note
    assert "minibatch" not in note


def test_scores_that_depend_on_their_batch_are_said_to(store: RunStore) -> None:
    numbers = np.ones((5, 1), np.float32)
    run = stored(
        store, numbers, numbers, SCORES, minibatch_kernels=4, gradient_penalty="none", loss="hinge"
    )
    note = distributions(run, 0)["Discriminator's scores"].note
    assert "depends on the other samples of its batch" in note


def test_a_loss_that_was_changed_counts_from_then_on(store: RunStore) -> None:
    numbers = np.ones((5, 1), np.float32)
    changes = (Change(0, {"loss": "hinge"}),)
    run = stored(
        store, numbers, numbers, SCORES, changes=changes, steps=(0, 9), loss="relativistic"
    )
    notes = [distributions(run, step)["Discriminator's scores"].note for step in (0, 9)]
    assert ["zero means nothing" in note for note in notes] == [True, False]


def counted(counts: dict[int, int], dtype: type = np.int64) -> np.ndarray:
    """(256,) how many pixels have which brightness."""
    pixels = np.zeros(256, dtype)
    pixels[list(counts)] = list(counts.values())
    return pixels


@pytest.mark.parametrize(
    "pixels",
    [
        np.stack([counted({0: 10**12})] * 6),
        np.stack([counted({0: 63})] * 6),
        np.stack([counted({0: 65})] * 6),
        np.stack([counted({0: 65, 1: 1, 2: -2})] * 6),
        # Their sum overflows to 64.
        np.stack([counted({at: 2**62 for at in range(4)} | {9: 64})] * 6),
        np.stack([counted({0: 2**63, 1: 2**63, 2: 64}, np.uint64)] * 6),
        np.stack([counted({0: 64}, np.float64)] * 6),
        np.stack([counted({0: 64})[:255]] * 6),
        np.stack([counted({0: 64})] * 5),
        np.stack([counted({0: 63}), counted({0: 65})] * 3),
        counted({0: 384}),
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
        "an image less",
        "a pixel of another image",
        "of all images together",
    ],
)
@pytest.mark.parametrize("of_real", [False, True], ids=["generated", "real"])
def test_counts_that_the_images_do_not_have(
    store: RunStore, pixels: np.ndarray, of_real: bool
) -> None:
    images = RNG.integers(0, 256, (4, 8, 8, 1)).astype(np.uint8)
    whole = {"ink": np.arange(6.0), "pixels": np.stack([counted({0: 64})] * 6)}
    wrong = whole | {"pixels": pixels}
    views, real_views = (whole, wrong) if of_real else (wrong, whole)
    run = stored(store, images, images, views, real_views)
    with pytest.raises(DamagedError, match=r"^samples/00000000.npz is damaged, or samples/real"):
        distributions(run, 0)


@pytest.mark.parametrize("missing", ["ink", "pixels"])
def test_images_without_their_counts_are_damaged(store: RunStore, missing: str) -> None:
    images = RNG.integers(0, 256, (4, 8, 8, 1)).astype(np.uint8)
    views = {"ink": np.arange(4.0), "pixels": np.stack([counted({0: 64})] * 4)}
    wrong = {name: array for name, array in views.items() if name != missing}
    run = stored(store, images, images, wrong, views)
    with pytest.raises(DamagedError, match=r"^samples/00000000.npz is damaged"):
        distributions(run, 0)
