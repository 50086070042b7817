"""Fréchet distance between real and generated samples, computed from their features."""

import numpy as np
import scipy


def frechet(real_features: np.ndarray, generated_features: np.ndarray) -> float:
    """Computes the squared Fréchet distance between Gaussians fitted to both sets of features.

    ||m_r - m_g||^2 + tr(S_r + S_g - 2 (S_r S_g)^(1/2)), with the means m and the covariances S.
    The distance is biased upwards for small samples, by about the distance between two samples
    of one distribution. Compare only distances computed from equal numbers of samples.

    Args:
        real_features: (n, d), finite, n at least 2; n may be less than d, and features may be
            constant.
        generated_features: (m, d), likewise.
    Returns:
        The distance in the features' squared unit; 0 if means and covariances are equal.
    Source: Heusel et al. 2017, arXiv 1706.08500, eq. 6; Dowson and Landau 1982.
    """
    real, generated = (
        np.asarray(features, np.float64) for features in (real_features, generated_features)
    )
    shift = real.mean(axis=0) - generated.mean(axis=0)
    first, second = _factor(real), _factor(generated)
    # With S_r = A'A and S_g = B'B, the trace of the matrix root is the sum of the singular
    # values of AB'. A matrix root itself can fail or become complex if the rank is low.
    shared = scipy.linalg.svdvals(first @ second.T).sum()
    spread = np.square(first).sum() + np.square(second).sum() - 2 * shared
    # Rounding can make the spread slightly negative.
    return float(shift @ shift + max(spread, 0.0))


def _factor(features: np.ndarray) -> np.ndarray:
    """Factors the covariance of (n, d) features as A'A, with A of (min(n, d), d)."""
    centred = (features - features.mean(axis=0)) / np.sqrt(len(features) - 1)
    (factor,) = scipy.linalg.qr(centred, mode="r", check_finite=False)
    found: np.ndarray = factor[: min(centred.shape)]
    return found
