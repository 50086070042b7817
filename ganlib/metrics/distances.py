"""Distances between two one-dimensional samples."""

import numpy as np
import scipy

from ganlib.metrics.weighted_sample import WeightedSample


def wasserstein1(real: WeightedSample, generated: WeightedSample) -> float:
    """Wasserstein-1 (earth mover's) distance, in the samples' unit.

    Source: scipy.stats.wasserstein_distance.
    """
    return float(
        scipy.stats.wasserstein_distance(
            real.values, generated.values, real.counts, generated.counts
        )
    )


def kolmogorov_smirnov(real: WeightedSample, generated: WeightedSample) -> float:
    """Largest difference between the two empirical distribution functions, 0 to 1."""
    points = np.concatenate([real.values, generated.values])
    first, second = (sample.up_to(points) / sample.count for sample in (real, generated))
    return float(np.abs(first - second).max())


def energy_distance(real: WeightedSample, generated: WeightedSample) -> float:
    """Root of twice the integral of the distribution functions' squared difference.

    Its unit is the root of the samples'.

    Source: scipy.stats.energy_distance.
    """
    return float(
        scipy.stats.energy_distance(real.values, generated.values, real.counts, generated.counts)
    )


def jensen_shannon(real: np.ndarray, generated: np.ndarray) -> np.ndarray:
    """Jensen-Shannon distances of histograms, 0 (alike) to 1 (apart).

    The root of the divergence to base 2, as in `scipy.spatial.distance.jensenshannon`, which
    takes the root of negative rounding errors, too.

    Args:
        real: (..., bins) counts or shares, at least 0 and not all 0.
        generated: (..., bins) in the same bins, likewise.
    Returns:
        (...,) distances.
    """
    first, second = (one / one.sum(axis=-1, keepdims=True) for one in (real, generated))
    middle = (first + second) / 2
    kl = scipy.special.rel_entr
    divergence = (kl(first, middle) + kl(second, middle)).sum(axis=-1) / 2
    distance: np.ndarray = np.sqrt(np.maximum(divergence, 0) / np.log(2))
    return distance


def histogram_gap(real: np.ndarray, generated: np.ndarray) -> np.ndarray:
    """Areas of histograms outside the other: 1 minus their overlap.

    Args:
        real: (..., bins) shares.
        generated: (..., bins) in the same bins.
    Returns:
        (...,) areas, 0 (alike) to 1 (apart).
    """
    gap: np.ndarray = np.abs(real - generated).sum(axis=-1) / 2
    return gap


def histogram_overlap(real: WeightedSample, generated: WeightedSample, bins: int = 50) -> float:
    """Area common to both normalised histograms on shared bins, 0 (apart) to 1 (alike).

    The bins are equally wide between the 0.1 % and 99.9 % quantiles of both samples pooled, so that
    a single outlier does not make them wide; two more bins are unbounded.

    Args:
        real: a sample that is not empty.
        generated: likewise.
        bins: number of bins between the quantiles.
    """
    low, high = real.together_with(generated).quantiles(np.array([0.001, 0.999]))
    inner = np.histogram_bin_edges([low, high], bins)
    # The last bin has its right edge.
    inner[-1] = np.nextafter(inner[-1], np.inf)
    edges = np.array([-np.inf, *inner, np.inf])
    first, second = (sample.in_bins(edges) / sample.count for sample in (real, generated))
    return float(np.minimum(first, second).sum())
