"""The first paper's figure against closed forms."""

import numpy as np
import pytest
from scipy import stats

from ganlib.viz import colours
from ganlib.viz.goodfellow import goodfellow_figure, goodfellow_info, realness

X = np.linspace(-4, 6, 201)
RNG = np.random.default_rng(0)
REAL = RNG.normal(size=(4_000, 1)).astype(np.float32)
NOISE = RNG.normal(size=(4_000, 1)).astype(np.float32)


def samples(**more: np.ndarray) -> dict[str, np.ndarray]:
    made = {
        "fixed": NOISE + 1,
        "fresh": RNG.normal(1, 1, (4_000, 1)).astype(np.float32),
        "noise": NOISE,
        "surface_at": X.astype(np.float32),
        "surface": (0.5 - X).astype(np.float32),
        "scores_real": np.array([0.7]),
        "scores_generated": np.array([0.3]),
    }
    return made | more


def test_the_best_discriminator_of_two_gaussians_is_a_sigmoid() -> None:
    info = goodfellow_info(samples(), REAL, "non_saturating", stats.norm.pdf(X))
    assert info.optimal is not None
    # p / (p + q) of N(0, 1) and N(1, 1) is the sigmoid of 1/2 - x, and so is the given one.
    near = (X > -2) & (X < 3)
    expected = 1 / (1 + np.exp(X - 0.5))
    assert np.abs(info.optimal - expected)[near].max() < 0.1
    assert info.discriminator == pytest.approx(expected, abs=1e-6)
    assert np.isnan(info.optimal[-1]), "where there is nothing, nothing is said"


@pytest.mark.parametrize(("loss", "share"), [("non_saturating", 0.8), ("least_squares", 0.9)])
def test_smoothed_labels_lower_the_best_discriminator(loss: str, share: float) -> None:
    """Its best output for a label of 1 - s or, from -1 to 1, of 1 - s, in place of 1."""
    made = samples()
    plain, smoothed = (
        goodfellow_info(made, REAL, loss, stats.norm.pdf(X), smoothing).optimal
        for smoothing in (0.0, 0.2)
    )
    assert plain is not None and smoothed is not None
    np.testing.assert_allclose(smoothed, share * plain)


def test_a_critic_does_not_classify() -> None:
    info = goodfellow_info(samples(), REAL, "wasserstein", stats.norm.pdf(X))
    title = goodfellow_figure(info, (-3, 4)).layout["yaxis2"]["title"]["text"]
    assert title == "critic's score, scaled"


def test_an_unknown_density_is_estimated() -> None:
    info = goodfellow_info(samples(), REAL, "non_saturating")
    assert np.abs(info.real - stats.norm.pdf(X)).max() < 0.04


def test_lines_go_from_the_noise_to_where_it_lands() -> None:
    info = goodfellow_info(samples(), REAL, "hinge", stats.norm.pdf(X))
    assert len(info.noise) == 41
    assert (np.diff(info.noise) > 0).all()
    assert info.landed == pytest.approx(info.noise + 1)
    assert (info.noise[0], info.noise[-1]) == (NOISE.min(), NOISE.max())
    assert info.optimal is None


@pytest.mark.parametrize(
    ("loss", "outputs", "expected"),
    [
        ("non_saturating", [0.0, np.log(3), -1e9], [0.5, 0.75, 0.0]),
        ("relativistic", [2.0, 2.0 + np.log(3)], [0.5, 0.75]),
        ("least_squares", [-1.0, 0.0, 1.0, 7.0], [0.0, 0.5, 1.0, 1.0]),
        ("hinge", [-3.0, 0.5], [0.0, 0.75]),
        ("wasserstein", [5.0, 7.0, 9.0], [0.0, 0.5, 1.0]),
        ("wasserstein", [4.0, 4.0], [0.0, 0.0]),
    ],
)
def test_realness(loss: str, outputs: list[float], expected: list[float]) -> None:
    assert realness(np.array(outputs), loss, border=2.0) == pytest.approx(expected, abs=1e-9)


def test_a_collapsed_generator_has_a_figure() -> None:
    info = goodfellow_info(
        samples(fresh=np.ones((50, 1))), REAL, "non_saturating", stats.norm.pdf(X)
    )
    assert info.generated is None
    names = [t["name"] for t in goodfellow_figure(info, (-4, 6)).traces]
    assert names == ["real", "discriminator", "from z to x", "axes"]


def test_figure() -> None:
    info = goodfellow_info(samples(), REAL, "non_saturating", stats.norm.pdf(X))
    chart = goodfellow_figure(info, (-4, 6))
    by_name = {trace["name"]: trace for trace in chart.traces}
    assert by_name["real"]["line"]["color"] == colours.REAL
    assert by_name["generated"]["line"]["color"] == colours.GENERATED
    assert by_name["discriminator"]["yaxis"] == "y2"
    assert by_name["optimal"]["line"]["dash"] == "dot"
    lines = by_name["from z to x"]
    assert len(lines["x"]) == 3 * 41
    # Within the view below, where they land above.
    assert np.nanmin(lines["x"][::3]) >= -4
    assert lines["x"][1::3] == pytest.approx(info.landed)
    assert [label["text"] for label in chart.layout["annotations"]] == ["noise z", "sample x"]
    chart.to_plotly()
