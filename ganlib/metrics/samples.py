"""Scores that compare generated with real samples: numbers, points in the plane, images."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ganlib.metrics.coverage import coverage, has_neighbourhoods
from ganlib.metrics.distances import (
    histogram_overlap,
    kolmogorov_smirnov,
    wasserstein1,
)
from ganlib.metrics.frechet import frechet
from ganlib.metrics.image_features import SHAPE, image_features
from ganlib.metrics.sliced import sliced_wasserstein1, sliced_wasserstein1_floor
from ganlib.metrics.weighted_sample import WeightedSample


def scalar_scores(real: np.ndarray, generated: np.ndarray, target_sd: float) -> dict[str, float]:
    """Compares one-dimensional samples; every number of an array is one value.

    Args:
        real: finite values, any shape.
        generated: finite values in the same unit, any shape.
        target_sd: standard deviation of the distribution of real values, in their unit.
    Returns:
        w1_over_sigma: Wasserstein-1 distance divided by `target_sd`.
        kolmogorov_smirnov: Kolmogorov-Smirnov statistic, 0 to 1.
        histogram_overlap: common area of both histograms, 0 to 1.
        mean, sd, real_mean, real_sd: of the generated and the real values, in their unit.
        coverage: `coverage` of the samples, each a row of values. Missing for repeated values; see
            `has_neighbourhoods`.
    """
    rows = (real.reshape(len(real), -1), generated.reshape(len(generated), -1))
    first, second = WeightedSample.of(real), WeightedSample.of(generated)
    return {
        "w1_over_sigma": wasserstein1(first, second) / target_sd,
        "kolmogorov_smirnov": kolmogorov_smirnov(first, second),
        "histogram_overlap": histogram_overlap(first, second),
        "mean": second.mean,
        "sd": second.sd,
        "real_mean": first.mean,
        "real_sd": first.sd,
        **_coverage(*rows),
    }


def plane_scores(
    real: np.ndarray, generated: np.ndarray, scale: float | Sequence[float]
) -> dict[str, float]:
    """Compares samples of points in the plane.

    Args:
        real: (n, 2) finite coordinates.
        generated: (m, 2) finite coordinates in the same units.
        scale: divisor of the coordinates: the square root of the target's mean variance, or
            the standard deviation of each coordinate if they have different units.
    Returns:
        sliced_w1_over_sigma: `sliced_wasserstein1` of the coordinates divided by `scale`.
        sliced_w1_floor: 95 % quantile of this distance between two real samples, of n and m
            points; see `sliced_wasserstein1_floor`.
        coverage: `coverage` of the points. Missing for repeated values; see
            `has_neighbourhoods`.
    """
    # Subtracted before dividing, because large coordinates would lose small differences.
    first, second = (
        np.divide(np.subtract(points, real[0], dtype=np.float64), scale)
        for points in (real, generated)
    )
    return {
        "sliced_w1_over_sigma": sliced_wasserstein1(first, second),
        "sliced_w1_floor": sliced_wasserstein1_floor(first, len(second)),
        **_coverage(first, second),
    }


def image_scores(real: np.ndarray, generated: np.ndarray, border: int = 0) -> dict[str, float]:
    """Compares images by their features, by the brightness of pixels, and by that of images.

    Args:
        real: (n, H, W, C) values from 0, black, to 255, white.
        generated: (m, H, W, C) likewise.
        border: width in pixels of the border that was added to the original images.
    Returns:
        frechet: Fréchet distance between the features of the first min(n, m) images of each;
            see `frechet` and `image_features`. Two real samples are 1 to 2 apart at 256 images,
            0.1 to 0.3 at 2,000. Missing unless there are at least two images, of (28, 28, 1)
            without their border.
        coverage: `coverage` of the same features. Missing likewise.
        pixel_w1: Wasserstein-1 distance between the brightness of all pixels, 0 to 1 (white).
        ink_w1_over_sigma: Wasserstein-1 distance between the mean brightness of the images,
            divided by its standard deviation over real images. Missing if that is 0.
    """
    scores = _feature_scores(real, generated, border)
    scores["pixel_w1"] = wasserstein1(_brightness(real), _brightness(generated)) / 255
    ink_real, ink_generated = (
        WeightedSample.of(np.mean(images, axis=(1, 2, 3))) for images in (real, generated)
    )
    if ink_real.sd:
        scores["ink_w1_over_sigma"] = wasserstein1(ink_real, ink_generated) / ink_real.sd
    return scores


def _feature_scores(real: np.ndarray, generated: np.ndarray, border: int) -> dict[str, float]:
    height, width = real.shape[1:3]
    # Equal counts, because the bias of the distance depends on them.
    count = min(len(real), len(generated))
    first, second = (
        images[:count, border : height - border, border : width - border]
        for images in (real, generated)
    )
    if count < 2 or first.shape[1:] != SHAPE:
        return {}
    pixels = np.asarray(first, dtype=np.uint8).tobytes()
    features = _real_features(pixels), image_features(second)
    return {"frechet": frechet(*features), **_coverage(*features)}


def _coverage(real: np.ndarray, generated: np.ndarray) -> dict[str, float]:
    return {"coverage": coverage(real, generated)} if has_neighbourhoods(real) else {}


@lru_cache(maxsize=4)
def _real_features(pixels: bytes) -> np.ndarray:
    """Caches the (n, 64) features of real images, which every saved step of a run needs again.

    Args:
        pixels: bytes of (n, 28, 28, 1) uint8 images.
    """
    return image_features(np.frombuffer(pixels, np.uint8).reshape(-1, *SHAPE))


def _brightness(images: np.ndarray) -> WeightedSample:
    counts = np.bincount(np.asarray(images, dtype=np.uint8).ravel(), minlength=256)
    return WeightedSample.with_counts(np.arange(256), counts)
