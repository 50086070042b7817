"""The part of a line or plane that a chart of samples shows."""

import numpy as np

# Margin on every side, as a share of the samples' extent.
_MARGIN = 0.3
# Up to this ratio of the extents, both coordinates have the same scale. Beyond it, as for ages
# and incomes, the samples would look like a line.
_UNLIKE = 5.0


def view(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Computes a view that contains all samples but the outermost 0.2 % of each coordinate.

    Its sides are equally long, unless one extent is more than five times the other.

    Args:
        samples: (n, k) float64 coordinates, finite, n at least 1.
    Returns:
        (centre, half): centre and half side lengths of the view, both (k,). Half is large enough
        for centre - half and centre + half to differ.
    """
    low, high = np.percentile(samples, [0.1, 99.9], axis=0)
    centre, extent = (low + high) / 2, high - low
    widest = extent.max()
    if not widest > _UNLIKE * extent.min() > 0:
        extent = np.full_like(extent, widest)
    # A single point, or equal points, have no extent.
    least = 1e-13 * np.abs(centre).max() if widest else max(1e-3 * np.abs(centre).max(), 1e-6)
    return centre, np.maximum((0.5 + _MARGIN) * extent, least)
