"""Coverage: how much of the real data generated samples reach."""

import numpy as np
from scipy.spatial.distance import cdist

_NEIGHBOURS = 5
# More samples would hardly change the coverage, and the time grows with their square.
_MOST = 256


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
    neighbours = min(_NEIGHBOURS, len(first) - 1)
    # Column 0 is the distance of each sample to itself.
    radii = np.partition(cdist(first, first), neighbours, axis=1)[:, neighbours]
    return float(np.mean(cdist(first, second).min(axis=1) <= radii))
