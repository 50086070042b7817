"""Which part of a line or of the plane samples are looked at through."""

import numpy as np

# Share of the samples' extent that is left free on every side.
_MARGIN = 0.3
# From this ratio of the extents on, one unit is no longer equally long in both directions:
# years beside incomes would be a line.
_UNLIKE = 5.0


def view(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The middle and half the sides of a view of all but the farthest 0.2 % of the samples.

    Both sides are equally long, unless one extent is more than five times the other.

    Args:
        samples: (n, k) float64, finite, n at least 1.
    Returns:
        (centre, half), both (k,); half is above 0 and can be told apart from 0 at the centre.
    """
    low, high = np.percentile(samples, [0.1, 99.9], axis=0)
    centre, extent = (low + high) / 2, high - low
    widest = extent.max()
    if not widest > _UNLIKE * extent.min() > 0:
        extent = np.full_like(extent, widest)
    # Of one point alone, or of points on top of each other, there is no extent.
    least = 1e-13 * np.abs(centre).max() if widest else max(1e-3 * np.abs(centre).max(), 1e-6)
    return centre, np.maximum((0.5 + _MARGIN) * extent, least)
