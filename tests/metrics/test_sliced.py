"""The sliced Wasserstein-1 distance and its floor, from their definitions."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from ganlib import recipes
from ganlib.data.planes import TARGETS
from ganlib.metrics.samples import plane_scores
from ganlib.metrics.sliced import sliced_wasserstein1, sliced_wasserstein1_floor

ANGLES = np.pi * np.arange(16) / 16
RNG = np.random.default_rng(3)
DIAGONAL = [0, 6, 12, 18, 24]


def drawn(name: str, count: int, modes: list[int] | None = None, seed: int = 0) -> np.ndarray:
    """Points of a target with only some of its peaks, with NumPy's own random numbers."""
    plane, rng = TARGETS[name], np.random.default_rng(seed)
    table = np.array(plane.modes)[modes if modes is not None else slice(None)]
    return table[rng.integers(len(table), size=count)] + plane.sd * rng.normal(size=(count, 2))


def test_two_points_by_hand() -> None:
    # (3, 4) is 5 from the origin, in the direction atan2(4, 3): on the direction at an angle
    # a, the two are 5 |cos(a - atan2(4, 3))| apart.
    expected = np.mean([5 * abs(np.cos(angle - np.arctan2(4, 3))) for angle in ANGLES])
    found = sliced_wasserstein1(np.zeros((1, 2)), np.array([[3.0, 4.0]]))
    assert found == pytest.approx(expected, abs=1e-12)
    # With ever more directions, this is 5 * 2 / pi.
    assert found == pytest.approx(10 / np.pi, rel=0.01)


def test_a_shift_is_the_mean_cosine_times_its_length() -> None:
    points, shift = RNG.normal(size=(400, 2)), np.array([-0.3, 0.7])
    expected = np.mean([abs(np.cos(a) * shift[0] + np.sin(a) * shift[1]) for a in ANGLES])
    assert sliced_wasserstein1(points, points + shift) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("sizes", [(50, 50), (50, 31), (1, 40)])
def test_the_mean_of_scipys_distances_between_projections(sizes: tuple[int, int]) -> None:
    real, generated = RNG.normal(size=(sizes[0], 2)), RNG.gamma(2, size=(sizes[1], 2)).round(1)
    expected = np.mean(
        [
            stats.wasserstein_distance(real @ direction, generated @ direction)
            for direction in np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
        ]
    )
    assert sliced_wasserstein1(real, generated) == pytest.approx(expected, abs=1e-12)
    assert sliced_wasserstein1(generated, real) == pytest.approx(expected, abs=1e-12)


def test_rotating_or_mirroring_both_samples_changes_nothing() -> None:
    real, generated = RNG.normal(size=(60, 2)), RNG.uniform(size=(60, 2))
    before = sliced_wasserstein1(real, generated)
    # By the angle between two directions: they take each other's places.
    cosine, sine = np.cos(ANGLES[3]), np.sin(ANGLES[3])
    turn = np.array([[cosine, -sine], [sine, cosine]])
    mirror = np.array([[1, 0], [0, -1]])
    for map_ in (turn, mirror):
        after = sliced_wasserstein1(real @ map_.T, generated @ map_.T)
        assert after == pytest.approx(before, rel=1e-12)
    assert sliced_wasserstein1(5 * real, 5 * generated) == pytest.approx(5 * before, rel=1e-12)


def test_points_far_from_the_origin_keep_their_differences() -> None:
    real = RNG.normal(size=(100, 2)).round(3)
    offset = np.array([2.0**40, -(2.0**40)])
    expected = sliced_wasserstein1(real, 2 * real)
    found = plane_scores(real + offset, 2 * real + offset, 1.0)["sliced_w1_over_sigma"]
    # There, float64 has numbers at every 1 / 4,096.
    assert found == pytest.approx(expected, abs=1 / 4_096)


def test_each_coordinate_may_have_its_own_unit() -> None:
    real, generated = RNG.normal(size=(300, 2)), RNG.uniform(-1, 2, size=(300, 2))
    units = np.array([10.0, 9_000.0])
    expected = plane_scores(real, generated, 1.0)
    found = plane_scores(real * units, generated * units, tuple(units))
    assert found == pytest.approx(expected, rel=1e-6)
    assert plane_scores(3 * real, 3 * generated, 3.0) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "modes", "low", "high"),
    [
        ("grid25", DIAGONAL, 5, 9),
        ("ring8", [0, 2, 4, 6], 2.5, 5),
        ("ring8", list(range(7)), 2, 4),
        ("ring8", [0], 14, 28),
    ],
    ids=["grid diagonal", "ring 4 of 8", "ring 7 of 8", "ring 1 of 8"],
)
def test_missing_peaks_are_beyond_the_floor(
    name: str, modes: list[int], low: float, high: float
) -> None:
    scale = TARGETS[name].scale
    scores = plane_scores(drawn(name, 2_000), drawn(name, 2_000, modes, seed=1), scale)
    assert low < scores["sliced_w1_over_sigma"] / scores["sliced_w1_floor"] < high


@pytest.mark.parametrize("target", ["ring8", "spiral", "own"])
def test_two_real_samples_exceed_the_floor_in_5_percent_of_all_cases(
    target: str, tmp_path: Path
) -> None:
    config: dict[str, str] = {"target": target}
    if target == "own":
        x = RNG.lognormal(sigma=0.8, size=700)
        rows = np.stack([x, 40 + 100 * x + 30 * RNG.normal(size=700)], axis=1)
        (tmp_path / "a.csv").write_text("x,y\n" + "\n".join(f"{x},{y}" for x, y in rows))
        config["own_table"] = str(tmp_path / "a.csv")
    recipe = recipes.get("toy/plane")
    parsed = recipe.parse(config)
    data = recipe.load(parsed)
    # 60 real samples of 200, each beside four others.
    pool = data.take(0, 60 * 5 * 200).reshape(60, 5, 200, 2)
    beyond = 0
    for first, *others in pool:
        for other in others:
            scores = recipe.evaluate(parsed, first, other)
            beyond += scores["sliced_w1_over_sigma"] > scores["sliced_w1_floor"]
    # Of 240 independent cases, 12 are expected with a standard deviation of 3.4. Four that
    # share a sample are not independent: 6.8 at most.
    assert 2 <= beyond <= 32


def test_the_floor_falls_with_the_root_of_the_counts() -> None:
    real = RNG.normal(size=(8_000, 2))
    both = sliced_wasserstein1_floor(real, 8_000)
    few = sliced_wasserstein1_floor(real, 500)
    assert few / both == pytest.approx(np.sqrt((1 / 8_000 + 1 / 500) / (2 / 8_000)), rel=1e-9)


def test_the_floor_of_two_places_in_closed_form() -> None:
    # Half of the points at (0, 0), half at (1, 0): the share at one of them differs between
    # two samples of n by a normal number of variance 2 / 4n, and the distance is that
    # difference times the mean |cos|.
    real = np.tile([[0.0, 0.0], [1.0, 0.0]], (1_000, 1))
    expected = 1.96 * np.sqrt(2 / (4 * 2_000)) * np.abs(np.cos(ANGLES)).mean()
    # The 95 % quantile of 1,000 simulated pairs has a standard error of 3 %.
    assert sliced_wasserstein1_floor(real, 2_000) == pytest.approx(expected, rel=0.1)


def test_the_floor_of_equal_points_is_0() -> None:
    assert plane_scores(np.ones((5, 2)), np.ones((5, 2)), 1.0) == {
        "sliced_w1_over_sigma": 0.0,
        "sliced_w1_floor": 0.0,
        "coverage": 1.0,
    }
