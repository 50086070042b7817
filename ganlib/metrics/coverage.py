"""Coverage: how much of the real data generated samples reach."""

import numpy as np
import scipy

_NEIGHBOURS = 5
# More samples would hardly change the coverage, and the time grows with their square.
_MOST = 256
# Share of neighbourhoods that may be single points.
_MAX_POINTS = 0.05


def coverage(real: np.ndarray, generated: np.ndarray) -> float:
    """Share of real samples with a generated sample in their neighbourhood, 0 to 1.

    The neighbourhood of a real sample is the ball that reaches to its fifth nearest other real
    sample. Two samples of the same continuous distribution and of equal size have an expected
    coverage of about 0.97; a generator that misses half of the data has at most about 0.5.

    Args:
        real: (n, k) coordinates or features, n at least 1; the first 256 are used.
        generated: (m, k) likewise, m at least 1.
    Source: Naeem et al. 2020, arXiv 2002.09797, equation 4.
    """
    first, second = (np.asarray(rows[:_MOST], np.float64) for rows in (real, generated))
    return float(np.mean(_apart(first, second).min(axis=1) <= _radii(first)))


def has_neighbourhoods(real: np.ndarray) -> bool:
    """True unless more than 5 % of the neighbourhoods of `coverage` are single points.

    They are in data with repeated values, such as whole numbers. No other value reaches them, so
    that a generator of close values would have a coverage of 0. Equal samples count as one.

    Args:
        real: (n, k) coordinates or features, n at least 1; the first 256 are used.
    """
    first = np.asarray(real[:_MOST], np.float64)
    return bool((first == first[0]).all() or np.mean(_radii(first) == 0) <= _MAX_POINTS)


def _radii(real: np.ndarray) -> np.ndarray:
    neighbours = min(_NEIGHBOURS, len(real) - 1)
    # Column 0 is the distance of each sample to itself.
    radii: np.ndarray = np.partition(_apart(real, real), neighbours, axis=1)[:, neighbours]
    return radii


def _apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Distances of each row of one array to each row of another, (rows, rows)."""
    distances: np.ndarray = scipy.spatial.distance.cdist(first, second)
    return distances
