"""The Fréchet distance between real and generated samples, by their features."""

import numpy as np
from scipy import linalg


def frechet(real_features: np.ndarray, generated_features: np.ndarray) -> float:
    """Squared Fréchet distance between the Gaussians with the samples' means and covariances.

    ||m_r - m_g||^2 + tr(S_r + S_g - 2 (S_r S_g)^(1/2)), in the features' unit squared: 0 where
    both agree. Few samples make it larger than it is in the limit, by about as much as two
    samples of one distribution are apart at that size: compare only what has equal counts.

    Args:
        real_features: (n, d) finite, n at least 2. Fewer samples than features are allowed, and
            features that do not vary.
        generated_features: (m, d) likewise.

    Raises:
        ValueError: the shapes do not fit, there are too few samples, or one is not finite.
    Source: Heusel et al. 2017, arXiv 1706.08500, eq. 6; Dowson and Landau 1982.
    """
    real, generated = (
        np.asarray(features, np.float64) for features in (real_features, generated_features)
    )
    if real.ndim != 2 or generated.ndim != 2 or real.shape[1] != generated.shape[1]:
        raise ValueError(
            "Features must be of (n, d) and (m, d). "
            f"Received: {real_features.shape} and {generated_features.shape}."
        )
    if min(len(real), len(generated)) < 2:
        raise ValueError(
            "A covariance takes at least 2 samples. "
            f"Received: {len(real)} real and {len(generated)} generated."
        )
    for name, features in (("real", real), ("generated", generated)):
        if not np.isfinite(features).all():
            raise ValueError(f"The {name} features hold values that are not finite numbers.")
    apart = real.mean(axis=0) - generated.mean(axis=0)
    first, second = _factor(real), _factor(generated)
    # With S_r = A'A and S_g = B'B the trace of the root is the sum of the singular values of
    # AB'. No root of a matrix is taken, so none can fail or turn complex where its rank is low.
    shared = linalg.svdvals(first @ second.T).sum()
    spread = np.square(first).sum() + np.square(second).sum() - 2 * shared
    # Rounding alone makes it negative.
    return float(apart @ apart + max(spread, 0.0))


def _factor(features: np.ndarray) -> np.ndarray:
    """(n, d) -> A of (min(n, d), d) such that A'A is the covariance, over n - 1."""
    centred = (features - features.mean(axis=0)) / np.sqrt(len(features) - 1)
    (factor,) = linalg.qr(centred, mode="r", check_finite=False)
    factor = factor[: min(centred.shape)]
    found: np.ndarray = factor
    return found
