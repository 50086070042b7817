"""Scores of generated against real samples, by what the samples are."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ganlib.metrics.distances import (
    histogram_overlap,
    kolmogorov_smirnov,
    wasserstein1,
    wasserstein1_over_sigma,
)
from ganlib.metrics.frechet import frechet
from ganlib.metrics.image_features import SHAPE, image_features
from ganlib.metrics.sliced import sliced_wasserstein1, sliced_wasserstein1_floor
from ganlib.metrics.weighted_sample import WeightedSample


def scalar_scores(real: np.ndarray, generated: np.ndarray, target_sd: float) -> dict[str, float]:
    """Moments and distances of one-dimensional values; every number counts as one value.

    Args:
        real: any shape of finite values.
        generated: any shape of finite values.
        target_sd: standard deviation of the distribution that the real values come from.
    """
    first, second = WeightedSample.of(real), WeightedSample.of(generated)
    return {
        "w1_over_sigma": wasserstein1(first, second) / target_sd,
        "kolmogorov_smirnov": kolmogorov_smirnov(first, second),
        "histogram_overlap": histogram_overlap(first, second),
        "mean": second.mean,
        "sd": second.sd,
        "real_mean": first.mean,
        "real_sd": first.sd,
    }


def plane_scores(
    real: np.ndarray, generated: np.ndarray, scale: float | Sequence[float]
) -> dict[str, float]:
    """Distance of points in the plane, and what it is between real samples.

    Args:
        real: (n, 2) finite values.
        generated: (m, 2) finite values.
        scale: root of the target's mean variance in one direction; or its standard deviation
            in either, where each coordinate has units of its own.
    Returns:
        sliced_w1_over_sigma: see `sliced_wasserstein1`, of the coordinates over the scale.
        sliced_w1_floor: what that distance stays below in 95 % of all cases between a real
            sample of n and another of m points; see `sliced_wasserstein1_floor`.
    """
    # Differences first: of large coordinates, the quotients would have lost them.
    first, second = (
        np.divide(np.subtract(points, real[0], dtype=np.float64), scale)
        for points in (real, generated)
    )
    return {
        "sliced_w1_over_sigma": sliced_wasserstein1(first, second),
        "sliced_w1_floor": sliced_wasserstein1_floor(first, len(second)),
    }


def image_scores(real: np.ndarray, generated: np.ndarray, border: int = 0) -> dict[str, float]:
    """Distances of what images show, and of their brightness, blind to where the ink lies.

    Args:
        real: (n, H, W, C) values 0 to 255.
        generated: (m, H, W, C) values 0 to 255.
        border: pixels on each side that were added to the data's own images.
    Returns:
        frechet: Fréchet distance between the features of as many real as generated images,
            the first min(n, m); see `frechet` and `image_features`. Two real samples are 1 to 2
            apart at 256 images, 0.1 to 0.3 at 2,000. Left out where the images without their
            border are not of (28, 28, 1), or there is only one.
        pixel_w1: Wasserstein-1 between all pixels' brightness, as a share of full white.
        ink_w1_over_sigma: the same between the images' mean brightness, over its real sd;
            left out where all real images have the same.
    """
    scores = _feature_scores(real, generated, border)
    scores["pixel_w1"] = wasserstein1(_brightness(real), _brightness(generated)) / 255
    ink_real, ink_generated = (
        WeightedSample.of(np.mean(images, axis=(1, 2, 3))) for images in (real, generated)
    )
    if ink_real.sd:
        scores["ink_w1_over_sigma"] = wasserstein1_over_sigma(ink_real, ink_generated)
    return scores


def _feature_scores(real: np.ndarray, generated: np.ndarray, border: int) -> dict[str, float]:
    height, width = real.shape[1:3]
    # The same count of both: few samples raise the distance, and so the floor is known.
    count = min(len(real), len(generated))
    first, second = (
        images[:count, border : height - border, border : width - border]
        for images in (real, generated)
    )
    if count < 2 or first.shape[1:] != SHAPE:
        return {}
    pixels = np.asarray(first, dtype=np.uint8).tobytes()
    return {"frechet": frechet(_real_features(pixels), image_features(second))}


@lru_cache(maxsize=4)
def _real_features(pixels: bytes) -> np.ndarray:
    """(n, 64) of images that come again at every saved step of a run.

    Args:
        pixels: of (n, 28, 28, 1) uint8 images.
    """
    return image_features(np.frombuffer(pixels, np.uint8).reshape(-1, *SHAPE))


def _brightness(images: np.ndarray) -> WeightedSample:
    counts = np.bincount(np.asarray(images, dtype=np.uint8).ravel(), minlength=256)
    return WeightedSample.with_counts(np.arange(256), counts)
