"""Mode coverage: how many peaks of a 2-D distribution a sample reaches, and how precisely."""

import numpy as np

# The number of samples that PacGAN and VEEGAN evaluate.
SAMPLES = 2_500
_WITHIN_SDS = 3.0


def mode_scores(points: np.ndarray, modes: np.ndarray, sd: float) -> dict[str, float]:
    """Counts the peaks reached, and the points that lie near a peak.

    Args:
        points: (n, 2) samples, in the unit of `modes`; only the first 2,500 are used.
        modes: (k, 2) positions of the peaks, which have equal weights.
        sd: standard deviation of each peak in both directions, in the same unit.
    Returns:
        modes: number of peaks with at least one point within three sd; at best k.
        high_quality: share of points within three sd of the nearest peak, 0 to 1. A perfect
            sample has 0.989, because 1.1 % of a Gaussian lies farther out.
        reverse_kl: Kullback-Leibler divergence, in nats, of the distribution of these points
            over the peaks from a uniform one; 0 if all peaks have equally many points, log k if
            only one peak has points, or none has.
    Source: Srivastava et al. 2017, arXiv 1705.07761, section 4.1; Lin et al. 2018,
        arXiv 1712.04086, section 4.1.
    """
    points = np.asarray(points[:SAMPLES], np.float64)
    distances = np.linalg.norm(points[:, None, :] - modes[None, :, :], axis=2)
    near = distances.min(axis=1) <= _WITHIN_SDS * sd
    visits = np.bincount(distances.argmin(axis=1)[near], minlength=len(modes))
    shares = visits[visits > 0] / max(visits.sum(), 1)
    divergence = float((shares * np.log(shares * len(modes))).sum()) if len(shares) else None
    return {
        "modes": float((visits > 0).sum()),
        "high_quality": float(near.mean()),
        "reverse_kl": float(np.log(len(modes))) if divergence is None else divergence,
    }
