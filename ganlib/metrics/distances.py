"""Distances between two one-dimensional samples."""

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon


def wasserstein1(real: np.ndarray, generated: np.ndarray) -> float:
    """Wasserstein-1 (earth mover's) distance, in the samples' unit.

    Args:
        real: (n,) finite values.
        generated: (m,) finite values.
    Source: scipy.stats.wasserstein_distance.
    """
    return float(stats.wasserstein_distance(real, generated))


def wasserstein1_over_sigma(real: np.ndarray, generated: np.ndarray) -> float:
    """Wasserstein-1 distance over the real sample's standard deviation: no unit.

    Raises:
        ValueError: the real sample is constant, so that it has no scale to divide by.
    """
    sigma = float(np.std(real))
    if sigma == 0:
        raise ValueError("The real sample is constant: its standard deviation is 0.")
    return wasserstein1(real, generated) / sigma


def kolmogorov_smirnov(real: np.ndarray, generated: np.ndarray) -> float:
    """Largest difference between the two empirical distribution functions, 0 to 1.

    Source: scipy.stats.ks_2samp.
    """
    return float(stats.ks_2samp(real, generated).statistic)


def kolmogorov_smirnov_p(real: np.ndarray, generated: np.ndarray) -> float:
    """How often two samples of one continuous distribution have a gap as large, 0 to 1.

    Source: scipy.stats.ks_2samp.
    """
    return float(stats.ks_2samp(real, generated).pvalue)


def energy_distance(real: np.ndarray, generated: np.ndarray) -> float:
    """Root of twice the integral of the distribution functions' squared difference.

    Its unit is the root of the samples'.

    Args:
        real: (n,) finite values.
        generated: (m,) finite values.
    Source: scipy.stats.energy_distance.
    """
    return float(stats.energy_distance(real, generated))


def jensen_shannon(real: np.ndarray, generated: np.ndarray) -> float:
    """Jensen-Shannon distance of two histograms, 0 (alike) to 1 (apart).

    Args:
        real: (bins,) counts, not all 0.
        generated: (bins,) counts in the same bins, not all 0.
    Source: scipy.spatial.distance.jensenshannon, base 2: the root of the divergence.
    """
    return float(jensenshannon(real, generated, base=2))


def histogram_overlap(real: np.ndarray, generated: np.ndarray, bins: int = 50) -> float:
    """Area common to both normalised histograms on shared bins, 0 (apart) to 1 (alike)."""
    edges = np.histogram_bin_edges(np.concatenate([real, generated]), bins)
    first = np.histogram(real, edges)[0] / len(real)
    second = np.histogram(generated, edges)[0] / len(generated)
    return float(np.minimum(first, second).sum())
