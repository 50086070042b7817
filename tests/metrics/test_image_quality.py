"""The score of images falls as they come nearer to real ones, whatever is wrong with them."""

from functools import cache

import numpy as np
import pytest
from scipy import ndimage

from ganlib.data.augment import augmented
from ganlib.data.categories import bundled_drawings
from ganlib.data.resolve import BUNDLED
from ganlib.metrics.samples import image_scores

COUNT = 500


@cache
def images(dataset: str) -> np.ndarray:
    """(2 * COUNT, 28, 28, 1) uint8 real images of a bundled dataset, in random order."""
    if dataset == "apples":
        found = augmented(bundled_drawings()["apple"], 2 * COUNT)
    else:
        with np.load(BUNDLED / dataset, allow_pickle=False) as arrays:
            found = arrays["x_train"][: 2 * COUNT]
    return np.random.default_rng(0).permutation(found)[..., np.newaxis]


def score(real: np.ndarray, generated: np.ndarray, border: int = 0) -> float:
    return image_scores(real, generated, border)["frechet"]


@pytest.fixture(params=["mnist_10000.npz", "fashion_mnist_5000.npz", "apples"])
def halves(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    """Two samples of the same real images."""
    found = images(request.param)
    return found[:COUNT], found[COUNT:]


def blurred(real: np.ndarray, pixels: float) -> np.ndarray:
    return ndimage.gaussian_filter(real, (0, pixels, pixels, 0))


def test_worse_images_score_worse(halves: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = halves
    floor = score(first, second)
    noise = np.random.default_rng(1).integers(0, 256, second.shape).astype(np.uint8)
    # As many pixels of each brightness as in real images: pixel_w1 sees nothing wrong with it.
    shuffled = np.random.default_rng(1).permuted(second.reshape(COUNT, -1), axis=1)
    shuffled = shuffled.reshape(second.shape)
    assert image_scores(second, shuffled)["pixel_w1"] == 0
    few = second[np.arange(COUNT) % 3]
    worst = min(score(first, noise), score(first, shuffled))
    assert floor * 3 < score(first, blurred(second, 1.5)) < worst
    assert floor * 3 < score(first, few) < worst
    assert score(first, blurred(second, 1.0)) < score(first, blurred(second, 2.0))


def test_missing_classes_are_seen() -> None:
    with np.load(BUNDLED / "mnist_10000.npz", allow_pickle=False) as arrays:
        digits, labels = arrays["x_train"][..., np.newaxis], arrays["y_train"]
    real, others = digits[:COUNT], (digits[COUNT:], labels[COUNT:])
    scores = [score(real, others[0][others[1] < classes][:COUNT]) for classes in (10, 8, 5, 2, 1)]
    assert scores == sorted(scores) and scores[1] > 2 * scores[0]


def test_equally_many_images_are_compared() -> None:
    first, second = images("apples")[:COUNT], images("apples")[COUNT:]
    assert score(first, second[:100]) == score(first[:100], second[:100])
    # Fewer images, a higher floor.
    assert score(first, second[:100]) > score(first, second)


def test_a_border_is_cut_off() -> None:
    first, second = images("apples")[:50], images("apples")[COUNT : COUNT + 50]
    border = ((0, 0), (2, 2), (2, 2), (0, 0))
    padded = score(np.pad(first, border), np.pad(second, border), border=2)
    assert padded == score(first, second)


@pytest.mark.parametrize("shape", [(5, 32, 32, 1), (5, 28, 28, 3), (1, 28, 28, 1), (5, 4, 4, 1)])
def test_images_of_other_shapes_have_no_frechet_score(shape: tuple[int, ...]) -> None:
    real = np.zeros(shape, np.uint8)
    assert image_scores(real, real) == {"pixel_w1": 0.0}
