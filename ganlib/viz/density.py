"""Kernel density estimate of a sample, with a bandwidth that keeps separate peaks apart.

KDEpy has the same rule, but uses the number of distinct values as the sample size: a million
pixels of 256 brightnesses would count as 256.
"""

import numpy as np
import scipy

from ganlib.metrics.weighted_sample import WeightedSample

_POINTS = 4_096
_STAGES = 7


def smooth_density(sample: WeightedSample, x: np.ndarray) -> np.ndarray | None:
    """Estimates a density with a Gaussian kernel and the improved Sheather-Jones bandwidth.

    That rule makes no assumption about the form of the density. Rules based on the standard
    deviation alone would blur two peaks into one.

    Args:
        sample: may be empty.
        x: (k,) evenly spaced, ascending. Sample values farther from it than its own length
            count in the total only.
    Returns:
        (k,) density per unit of x; None if the sample is empty or all values are nearly equal.
    Source: Botev, Grotowski and Kroese 2010, arXiv 1011.2602, algorithm 1 and equation 21.
    """
    width = x[-1] - x[0]
    # The cosine transform mirrors the density at the ends of the mesh, so they must be far away.
    low, high = x[0] - width, x[-1] + width
    near = sample.between(low, high)
    if near.count < 2 or np.ptp(near.values) < 1e-6 * width:
        return None
    shares = near.in_bins(np.linspace(low, high, _POINTS + 1)) / near.count
    waves = scipy.fft.dct(shares)
    time = _diffusion_time(waves, near.count)
    index = np.arange(_POINTS)
    smoothed = scipy.fft.idct(waves * np.exp(-(index**2) * np.pi**2 * time / 2))
    step = (high - low) / _POINTS
    centres = low + step * (index + 0.5)
    density = np.interp(x, centres, np.maximum(smoothed, 0) / step)
    found: np.ndarray = density * near.count / sample.count
    return found


def _diffusion_time(waves: np.ndarray, count: int) -> float:
    """Squared bandwidth on a mesh of length 1: the fixed point of equation 21."""
    squares = np.arange(1, len(waves), dtype=np.float64) ** 2
    powers = (waves[1:] / 2) ** 2

    def roughness(order: int, time: float) -> float:
        """Squared norm of the derivative of this order after diffusion for `time`."""
        logs = order * np.log(squares) - squares * np.pi**2 * time
        return float(2 * np.pi ** (2 * order) * (np.exp(logs) * powers).sum())

    def off(time: float) -> float:
        norm = roughness(_STAGES, time)
        for order in range(_STAGES - 1, 1, -1):
            odd = np.prod(np.arange(1, 2 * order, 2, dtype=np.float64))
            factor = (1 + 0.5 ** (order + 0.5)) / 3 * odd / np.sqrt(np.pi / 2)
            norm = roughness(order, (factor / (count * norm)) ** (2 / (3 + 2 * order)))
        return time - (2 * count * np.sqrt(np.pi) * norm) ** -0.4

    # The smallest root.
    for upper in np.geomspace(1e-7, 0.1, 25):
        if off(upper) > 0:
            return float(scipy.optimize.brentq(off, 0, upper))
    # Too few distinct values for this rule: Silverman's rule for a Gaussian instead.
    centres = (np.arange(len(waves)) + 0.5) / len(waves)
    shares = scipy.fft.idct(waves)
    spread = np.sqrt(
        np.average((centres - np.average(centres, weights=shares)) ** 2, weights=shares)
    )
    return float((1.06 * spread * count**-0.2) ** 2)
