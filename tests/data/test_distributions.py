"""The one-dimensional targets against SciPy."""

import numpy as np
import pytest
from scipy import integrate, stats

from ganlib.data.distributions import (
    TARGETS,
    DistributionData,
    gaussian,
    mixture,
    parse_peaks,
    target,
)


class TwoPeaks(stats.rv_continuous):
    """Two Gaussian peaks of equal weight around 0, as SciPy would have them."""

    def __init__(self, distance: float, sd: float) -> None:
        super().__init__()
        self.peaks = (stats.norm(-distance / 2, sd), stats.norm(distance / 2, sd))

    def _pdf(self, x: np.ndarray) -> np.ndarray:
        return sum(peak.pdf(x) for peak in self.peaks) / 2

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        return sum(peak.cdf(x) for peak in self.peaks) / 2

    def _stats(self) -> tuple[float, float, None, None]:
        centre = self.peaks[1].mean()
        return 0.0, centre**2 + self.peaks[1].var(), None, None


class CutCauchy(stats.rv_continuous):
    """Cauchy's distribution between -cut and cut, as SciPy would have it."""

    def __init__(self, cut: float) -> None:
        super().__init__(a=-cut, b=cut)
        self.mass = np.diff(stats.cauchy.cdf([-cut, cut]))[0]

    def _pdf(self, x: np.ndarray) -> np.ndarray:
        return stats.cauchy.pdf(x) / self.mass

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        return (stats.cauchy.cdf(x) - stats.cauchy.cdf(self.a)) / self.mass

    def _stats(self) -> tuple[float, float, None, None]:
        variance, _ = integrate.quad(lambda x: x**2 * self._pdf(x), self.a, self.b, limit=400)
        return 0.0, variance, None, None


CASES = {
    "mixture": (target("mixture"), TwoPeaks(4, 0.5)),
    "gaussian": (target("gaussian"), stats.norm(4, 1.25)),
    "uniform": (target("uniform"), stats.uniform(-1, 2)),
    "exponential": (target("exponential"), stats.expon()),
    "log-normal": (target("log-normal"), stats.lognorm(0.5)),
    "student-t": (target("student-t"), stats.t(4)),
    "heavy-tail": (target("heavy-tail"), CutCauchy(50.0)),
    "one peak": (mixture(parse_peaks("3:0.5:7")), stats.norm(3, 0.5)),
    "peaks of equal weight": (mixture(parse_peaks("-2:0.5:3,2:0.5:3")), TwoPeaks(4, 0.5)),
}
COUNT = 20_000


def test_every_target_is_among_the_cases() -> None:
    assert CASES.keys() | {"die"} >= TARGETS.keys()


def test_the_sides_of_a_die_are_equally_likely() -> None:
    drawn = DistributionData(target("die")).take(3, COUNT)[:, 0]
    sides, counts = np.unique(drawn, return_counts=True)
    assert sides.tolist() == [1, 2, 3, 4, 5, 6]
    assert stats.chisquare(counts).pvalue > 1e-3
    assert (target("die").mean, target("die").sd) == (3.5, pytest.approx(np.sqrt(35 / 12)))
    assert target("die").density is None


@pytest.mark.parametrize("name", CASES)
def test_draws_follow_the_distribution(name: str) -> None:
    distribution, law = CASES[name]
    drawn = DistributionData(distribution).take(3, COUNT)
    assert drawn.shape == (COUNT, 1) and drawn.dtype == np.float32
    values = drawn[:, 0].astype(np.float64)
    assert stats.kstest(values, law.cdf).pvalue > 1e-3
    # Five standard errors of a mean, with the sample's own spread for that of the squares.
    assert abs(values.mean() - law.mean()) <= 5 * law.std() / COUNT**0.5
    squares = (values - law.mean()) ** 2
    assert abs(squares.mean() - law.var()) <= 5 * squares.std() / COUNT**0.5


@pytest.mark.parametrize("name", CASES)
def test_moments_and_density_are_scipys(name: str) -> None:
    distribution, law = CASES[name]
    assert distribution.mean == pytest.approx(law.mean(), rel=1e-12, abs=1e-12)
    assert distribution.sd == pytest.approx(law.std(), rel=1e-12)
    grid = distribution.mean + distribution.sd * np.linspace(-6, 12, 200).reshape(2, 100)
    assert distribution.density(grid).shape == (2, 100)
    np.testing.assert_allclose(distribution.density(grid), law.pdf(grid), rtol=1e-9, atol=1e-12)


def test_the_numbers_of_a_vector_are_independent() -> None:
    drawn = DistributionData(gaussian(0, 1), 4).take(0, COUNT)
    assert drawn.shape == (COUNT, 4)
    between = np.corrcoef(drawn, rowvar=False)[~np.eye(4, dtype=bool)]
    assert np.abs(between).max() <= 5 / COUNT**0.5


def test_peaks_have_their_own_weights_and_widths() -> None:
    peaks = mixture(parse_peaks("-4:0.1:1, 0:0.2:1 ,5:0.5:2 "))
    drawn = DistributionData(peaks).take(0, COUNT)[:, 0]
    left, middle, right = drawn[drawn < -2], drawn[abs(drawn) < 2], drawn[drawn > 2]
    for part, at, sd, share in (
        (left, -4, 0.1, 1 / 4),
        (middle, 0, 0.2, 1 / 4),
        (right, 5, 0.5, 1 / 2),
    ):
        assert len(part) / COUNT == pytest.approx(share, abs=0.02)
        assert part.mean() == pytest.approx(at, abs=0.05)
        assert part.std() == pytest.approx(sd, rel=0.05)
    assert peaks.mean == pytest.approx(1.5)
    assert peaks.title == (
        "Peaks at -4 (sd 0.1, weight 1), 0 (sd 0.2, weight 1), 5 (sd 0.5, weight 2)"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "^peaks must be position:sd:weight for each, .* Received: ''.$"),
        ("1:2", "Received: '1:2'.$"),
        ("0:1:1, a:1:1", "Received: 'a:1:1'.$"),
        ("0:0:1", "^A peak's position must be from .* Received: '0:0:1'.$"),
        ("0:1:-1", "and its weight above 0 and below 1,000,000. Received: '0:1:-1'.$"),
        ("0:1:1e6", "and its weight above 0 and below 1,000,000. Received: '0:1:1e6'.$"),
        ("nan:1:1", "Received: 'nan:1:1'.$"),
        ("0:inf:1", "Received: '0:inf:1'.$"),
        (",".join(["0:1:1"] * 21), "^There may be up to 20 peaks. Received: 21.$"),
    ],
)
def test_invalid_peaks_are_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_peaks(text)
