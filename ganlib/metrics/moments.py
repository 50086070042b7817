"""What one sample of numbers is like, told in a dozen figures."""

from dataclasses import dataclass, fields

import numpy as np
from scipy import stats

_QUANTILES = {
    "q01": 0.01,
    "q05": 0.05,
    "q25": 0.25,
    "median": 0.5,
    "q75": 0.75,
    "q95": 0.95,
    "q99": 0.99,
}


@dataclass(frozen=True)
class Moments:
    """Figures of a sample, in its own unit where they have one.

    Args:
        count: values.
        mean: first moment.
        sd: standard deviation, the root of the mean squared deviation.
        skewness: third standardised moment; 0 where symmetric. NaN of a constant sample.
        kurtosis: fourth, less 3: 0 of a Gaussian. NaN of a constant sample.
        minimum: the least value.
        q01, q05, q25, median, q75, q95, q99: quantiles, interpolated linearly.
        maximum: the greatest value.
    """

    count: int
    mean: float
    sd: float
    skewness: float
    kurtosis: float
    minimum: float
    q01: float
    q05: float
    q25: float
    median: float
    q75: float
    q95: float
    q99: float
    maximum: float

    def rows(self) -> dict[str, float]:
        """All figures by name, in order."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def moments(values: np.ndarray) -> Moments:
    """The figures of a sample.

    Args:
        values: (n,) finite, n at least 1.
    """
    scale = safe_scale(values)
    scaled = values / scale
    constant = values.min() == values.max()
    quantiles = np.quantile(scaled, list(_QUANTILES.values())) * scale
    return Moments(
        count=len(values),
        mean=float(scaled.mean() * scale),
        # Rounding would give a constant sample a spread.
        sd=0.0 if constant else float(scaled.std() * scale),
        skewness=float("nan") if constant else float(stats.skew(scaled)),
        kurtosis=float("nan") if constant else float(stats.kurtosis(scaled)),
        minimum=float(values.min()),
        maximum=float(values.max()),
        **dict(zip(_QUANTILES, map(float, quantiles), strict=True)),
    )


def safe_scale(*samples: np.ndarray) -> float:
    """A power of two to divide by, so that squares do not overflow; 1 for usual numbers.

    Dividing by it and multiplying with it again loses nothing.
    """
    largest = max(float(np.abs(sample).max()) for sample in samples)
    if largest == 0 or 1e-100 < largest < 1e100:
        return 1.0
    return float(2.0 ** np.floor(np.log2(largest)))
