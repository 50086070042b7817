"""Moments and quantiles as NumPy and SciPy have them."""

import numpy as np
from scipy import stats


def figures(numbers: np.ndarray) -> dict[str, float]:
    """Of numbers one by one, by the names that `Moments` gives them."""
    return {
        "count": len(numbers),
        "mean": numbers.mean(),
        "sd": numbers.std(),
        "skewness": stats.skew(numbers),
        "kurtosis": stats.kurtosis(numbers),
        "minimum": numbers.min(),
        "maximum": numbers.max(),
        "median": np.median(numbers),
    } | {f"q{at:02d}": np.quantile(numbers, at / 100) for at in (1, 5, 25, 75, 95, 99)}
