"""What one sample of numbers is like, told in a dozen figures."""

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
# A standard deviation that is no larger a part of the mean.
_ROUNDING = 1e-15


@dataclass(frozen=True)
class Moments:
    """Figures of a sample, in its own unit where they have one.

    Args:
        count: values.
        mean: first moment.
        sd: standard deviation, the root of the mean squared deviation.
        skewness: third standardised moment; 0 where symmetric. NaN of a sample that is
            constant, but for rounding.
        kurtosis: fourth, less 3: 0 of a Gaussian. NaN likewise.
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


def moments(sample: WeightedSample) -> Moments:
    """The figures of a sample of one number at least.

    Source: skewness and kurtosis as scipy.stats has them, with bias.
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
    """Standard errors of a sample's mean and of its standard deviation, in its own unit.

    Both are averages over what was drawn: of each value's, or each group's, deviation from the
    mean, and of its squared deviation from the variance over twice the standard deviation.

    Args:
        sample: one number at least; groups are taken for equally large.
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
    """A power of two to divide by, so that squares do not overflow; 1 for usual numbers.

    Dividing by it and multiplying with it again loses nothing.
    """
    largest = max(float(np.abs(sample.values[[0, -1]]).max()) for sample in samples)
    if largest == 0 or 1e-100 < largest < 1e100:
        return 1.0
    return float(2.0 ** np.floor(np.log2(largest)))
