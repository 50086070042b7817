"""Moments, quantiles and standard errors of a sample of numbers."""

from dataclasses import dataclass, fields

import numpy as np

from ganlib.metrics.weighted_sample import WeightedSample

_QUANTILES = {
    "q01": 0.01,
    "q05": 0.05,
    "q25": 0.25,
    "median": 0.5,
    "q75": 0.75,
    "q95": 0.95,
    "q99": 0.99,
}
# A standard deviation below this share of the mean is a rounding error.
_ROUNDING = 1e-15


@dataclass(frozen=True)
class Moments:
    """Summary statistics of a sample, in the unit of its values unless stated otherwise.

    Args:
        count: number of values.
        mean: arithmetic mean.
        sd: population standard deviation, which divides by `count`.
        skewness: third standardised moment, without a unit; 0 for a symmetric sample, NaN for
            a constant one.
        kurtosis: excess kurtosis, without a unit; 0 for a Gaussian, NaN for a constant sample.
        minimum: smallest value.
        q01, q05, q25, median, q75, q95, q99: quantiles, interpolated linearly.
        maximum: largest value.
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
        """Returns all statistics by name, in the order of the fields."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def moments(sample: WeightedSample) -> Moments:
    """Computes the summary statistics of a sample with at least one value.

    Skewness and kurtosis are those of `scipy.stats` with `bias=True`.
    """
    scale = safe_scale(sample)
    scaled = sample.over(scale)
    quantiles = scaled.quantiles(np.array(list(_QUANTILES.values()))) * scale
    has_shape = scaled.sd > _ROUNDING * abs(scaled.mean)
    return Moments(
        count=sample.count,
        mean=scaled.mean * scale,
        sd=scaled.sd * scale,
        skewness=scaled.standardised_moment(3) if has_shape else float("nan"),
        kurtosis=scaled.standardised_moment(4) - 3 if has_shape else float("nan"),
        minimum=float(sample.values[0]),
        maximum=float(sample.values[-1]),
        **dict(zip(_QUANTILES, map(float, quantiles), strict=True)),
    )


def standard_errors(sample: WeightedSample) -> tuple[float, float]:
    """Estimates the standard errors of a sample's mean and standard deviation.

    Each statistic is treated as an average of influences: a value influences the mean by its
    deviation d from the mean, and the standard deviation s by (d^2 - s^2) / 2s.

    Args:
        sample: at least one value. If it has groups, influences are averaged over each group
            first; groups are assumed to be of equal size.
    Returns:
        (standard error of the mean, standard error of the standard deviation), both in the
        unit of the values.
    """
    scale = safe_scale(sample)
    sample = sample.over(scale)
    deviations, sd = sample.values - sample.mean, sample.sd
    influences = [deviations]
    influences.append((deviations**2 - sd**2) / (2 * sd) if sd else np.zeros_like(deviations))
    if sample.groups is None:
        shares = sample.counts / sample.count
        spreads = [float(np.sqrt(shares @ influence**2)) for influence in influences]
    else:
        totals = np.asarray(sample.groups.sum(axis=1))
        spreads = [float(np.std(sample.groups @ one / totals)) for one in influences]
    mean_error, sd_error = (spread * scale / np.sqrt(sample.size) for spread in spreads)
    return mean_error, sd_error


def safe_scale(*samples: WeightedSample) -> float:
    """Returns a divisor for the values of all samples, so that their squares do not overflow.

    It is 1 for values of common magnitudes, else a power of two: dividing and multiplying by it
    is exact.
    """
    largest = max(float(np.abs(sample.values[[0, -1]]).max()) for sample in samples)
    if largest == 0 or 1e-100 < largest < 1e100:
        return 1.0
    return float(2.0 ** np.floor(np.log2(largest)))
