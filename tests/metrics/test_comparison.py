"""Two samples against each other: exact distances, honest intervals, true sentences."""

from dataclasses import astuple
from functools import partial

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from ganlib.metrics.comparison import Comparison, common_bins, distance_values
from ganlib.metrics.comparison import compare as compare_
from ganlib.metrics.weighted_sample import WeightedSample

of = WeightedSample.of

RNG = np.random.default_rng(5)
NORMAL = RNG.normal(size=1_500)
compare = partial(compare_, resamples=300)


def values(found: Comparison) -> dict[str, float]:
    return {distance.title: distance.value for distance in found.distances}


@pytest.mark.parametrize(
    ("real", "generated"),
    [
        (NORMAL, 0.7 * RNG.normal(size=900) + 0.1),
        (RNG.poisson(3, 500).astype(float), RNG.poisson(4, 700).astype(float)),
        (RNG.standard_cauchy(2_000), RNG.standard_t(2, 3_000)),
    ],
    ids=["gaussian", "counts", "heavy tails"],
)
def test_distances_are_scipys(real: np.ndarray, generated: np.ndarray) -> None:
    edges = common_bins(of(real), of(generated))
    first, second = (np.histogram(sample, edges)[0] for sample in (real, generated))
    assert (first.sum(), second.sum()) == (len(real), len(generated))
    w1 = stats.wasserstein_distance(real, generated)
    expected = {
        "Wasserstein-1": w1,
        "Wasserstein-1 / sigma": w1 / real.std(),
        "Kolmogorov-Smirnov": stats.ks_2samp(real, generated).statistic,
        "Energy distance": stats.energy_distance(real, generated),
        "Jensen-Shannon": jensenshannon(first, second, 2),
        "Histogram gap": 1 - np.minimum(first / len(real), second / len(generated)).sum(),
    }
    assert values(compare(of(real), of(generated))) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert distance_values(of(real), of(generated)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_every_distance_lies_in_its_interval() -> None:
    for distance in compare(of(NORMAL), of(NORMAL[:700] * 1.3)).distances:
        sure = distance.bootstrap
        assert sure is not None
        assert 0 <= sure.low <= sure.corrected <= distance.value <= sure.high
        assert sure.null_95 > 0


@pytest.mark.parametrize(
    ("generated", "said"),
    [
        (0.71 * NORMAL, "are too narrow: sd {second.sd:.3g} against {first.sd:.3g}"),
        (1.5 * NORMAL, "are too wide: sd {second.sd:.3g} against {first.sd:.3g}"),
        (NORMAL + 0.5, "lie too high: mean {second.mean:.3g} against {first.mean:.3g}"),
        (NORMAL - 2, "lie too low: mean {second.mean:.3g} against {first.mean:.3g}"),
        (np.zeros(40), "are too narrow: sd 0 against {first.sd:.3g}"),
        (
            np.where(RNG.random(4_000) < 0.5, -1.0, 1.0),
            "have another shape: {percent:.1f} % of them would have",
        ),
    ],
)
def test_the_sentence_names_the_largest_difference(generated: np.ndarray, said: str) -> None:
    found = compare(of(NORMAL), of(generated))
    gap = values(found)["Histogram gap"]
    expected = said.format(first=found.real, second=found.generated, percent=100 * gap)
    assert found.sentence.startswith(f"The generated values {expected}")
    assert found.sentence.endswith(". This is not chance (p ≤ 0.003).")
    assert found.differ
    assert found.p_value == pytest.approx(1 / 301)


def test_two_named_samples_are_compared_without_a_judgement() -> None:
    higher = compare(of(NORMAL), of(NORMAL + 1), names=("height", "weight"))
    assert higher.sentence.startswith("The weight values lie higher: mean ")
    wider = compare(of(NORMAL), of(2 * NORMAL), names=("height", "weight"))
    assert wider.sentence.startswith("The weight values are wider: sd ")
    assert any("deviation of the height sample" in one.help for one in wider.distances)


def test_the_sentence_about_equal_distributions() -> None:
    found = compare(of(NORMAL), of(RNG.normal(size=800)), names=("first", "second"))
    assert found.sentence.startswith("No difference shows between first and second at this sample")
    said = f"(p = {found.p_value:.2f} over all distances: chance alone could explain it)."
    assert said in found.sentence
    assert not found.differ
    for distance in found.distances:
        assert distance.bootstrap is not None
        assert distance.bootstrap.low == 0


def test_a_weak_difference_is_not_explained_away() -> None:
    rng = np.random.default_rng(0)
    pairs = [(rng.normal(size=60), rng.normal(0.45, size=60)) for _ in range(20)]
    all_found = [compare(of(real), of(generated)) for real, generated in pairs]
    weak = [one for one in all_found if 0.01 <= (one.p_value or 0) < 0.05]
    assert weak
    for one in weak:
        said = f"(p = {one.p_value:.2f} over all distances: too weak to rule out chance)."
        assert said in one.sentence


def test_p_value_is_the_smallest_of_all_distances() -> None:
    found = compare(of(NORMAL[:60]), of(NORMAL[60:150] + 0.3))
    assert found.p_value == min(
        one.bootstrap.p_value for one in found.distances if one.bootstrap is not None
    )
    assert 1 / 301 < found.p_value < 1


@pytest.mark.parametrize(("real", "generated"), [(5, 5), (19, 900), (1_500, 1)])
def test_small_samples_have_no_p_value(real: int, generated: int) -> None:
    found = compare(of(NORMAL[:real]), of(RNG.normal(size=generated) + 9))
    assert found.sentence == (
        "These samples are too small to tell a difference from chance: "
        f"{real:,} real and {generated:,} generated values. At least 20 of each are needed."
    )
    assert found.p_value is None
    assert not found.differ
    assert all(distance.bootstrap is None for distance in found.distances)
    # The distances themselves are what they are.
    assert found.distances[0].value > 5


def test_the_size_of_grouped_samples_is_their_number_of_groups() -> None:
    real, generated = (
        WeightedSample.of_groups(RNG.normal(size=(count, 500)), "images") for count in (300, 19)
    )
    assert "300 real and 19 generated images." in compare(real, generated).sentence


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("real", "generated", "w1"),
    [
        ([1.0], [1.0], 0),
        ([1.0], [4.0], 3),
        ([2.0, 2.0], [2.0, 2.0, 2.0], 0),
        ([0.0, 0.0, 0.0], [1.0, 1.0], 1),
        ([0.0, 1.0], [0.0, 1.0], 0),
        ([0.0, 1.0], [0.0], 0.5),
        ([1e300, -1e300], [1e300], 1e300),
        ([1e-300, 2e-300], [1e-300], 5e-301),
    ],
)
def test_degenerate_samples(real: list[float], generated: list[float], w1: float) -> None:
    found = compare(of(np.array(real)), of(np.array(generated)))
    assert found.distances[0].value == pytest.approx(w1, rel=1e-12, abs=0)
    assert found.sentence.endswith(".")
    assert np.isfinite(list(values(found).values())).all()
    # So it is of larger ones.
    many = compare(of(np.repeat(real, 30)), of(np.repeat(generated, 30)))
    assert many.differ == (sorted({*real}) != sorted({*generated}))
    for distance in many.distances:
        assert distance.bootstrap is not None
        assert np.isfinite(astuple(distance.bootstrap)).all()
    # Nothing can be told over a sigma of 0.
    assert ("Wasserstein-1 / sigma" in values(found)) == (len(set(real)) > 1)


def test_an_empty_sample_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^The generated sample is empty: there is nothing to"):
        compare(of(NORMAL), of(np.array([])))


def test_bins_are_filled_and_cover_everything() -> None:
    real, generated = RNG.standard_cauchy(4_000), RNG.normal(size=4_000)
    edges = common_bins(of(real), of(generated))
    assert (edges[0], edges[-1]) == (-np.inf, np.inf)
    counts = np.histogram(np.concatenate([real, generated]), edges)[0]
    assert counts.sum() == 8_000
    assert counts.min() >= 10
    assert len(counts) > 20
    # Where there are values enough, as wide as Freedman and Diaconis have it.
    width = 2 * np.subtract(*np.quantile(NORMAL, [0.75, 0.25])) / len(NORMAL) ** (1 / 3)
    edges = common_bins(of(NORMAL), of(NORMAL))
    assert np.diff(edges)[len(edges) // 2 - 1] == pytest.approx(width, rel=0.05)
    few = common_bins(of(np.array([0.0, 1.0, 5.0])), of(np.array([1.0])))
    assert few.tolist() == [-np.inf, 0.5, 3.0, np.inf]
