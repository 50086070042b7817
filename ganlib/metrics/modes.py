"""How many peaks of a distribution in the plane a sample finds, and how well it hits them."""

import numpy as np

# As PacGAN and VEEGAN have it.
SAMPLES = 2_500
_WITHIN_SDS = 3.0


def mode_scores(points: np.ndarray, modes: np.ndarray, sd: float) -> dict[str, float]:
    """Peaks found, share of points near one, and how unevenly the peaks are visited.

    Args:
        points: (n, 2); the first 2,500 count.
        modes: (k, 2), peaks of equal weight.
        sd: of each peak, in both directions.
    Returns:
        modes: peaks with at least one point within three sd; k at best.
        high_quality: share of the points within three sd of the nearest peak; 1 at best, and
            98.9 % of a perfect sample, the rest of which lies farther out.
        reverse_kl: Kullback-Leibler divergence of the visits (of those points) from even
            ones, in nats: 0 at best; log k where only one peak is visited, or none.
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
