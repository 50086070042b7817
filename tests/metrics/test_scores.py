"""What recipes are scored by."""

import numpy as np
import pytest
from scipy import stats

from ganlib.metrics.samples import image_scores, scalar_scores

RNG = np.random.default_rng(1)


def test_scalar_scores_count_every_number() -> None:
    real = RNG.normal(2.0, 3.0, (40, 5)).astype(np.float32)
    scores = scalar_scores(real, real + np.float32(1.5), target_sd=3.0)
    flat = real.astype(np.float64).ravel()
    assert scores["real_mean"] == pytest.approx(flat.mean(), abs=1e-12)
    assert scores["real_sd"] == pytest.approx(flat.std(), abs=1e-12)
    assert scores["mean"] == pytest.approx(flat.mean() + 1.5, abs=1e-6)
    assert scores["sd"] == pytest.approx(flat.std(), abs=1e-6)
    assert scores["w1_over_sigma"] == pytest.approx(0.5, abs=1e-6)
    statistic = stats.ks_2samp(flat, flat + 1.5).statistic
    assert scores["kolmogorov_smirnov"] == pytest.approx(statistic, rel=1e-12)
    assert 0 < scores["histogram_overlap"] < 1
    assert all(type(value) is float for value in scores.values())


def test_identical_scalars_are_perfect() -> None:
    real = RNG.normal(size=100)
    scores = scalar_scores(real, real, 1.0)
    assert (scores["w1_over_sigma"], scores["kolmogorov_smirnov"]) == (0.0, 0.0)
    assert scores["histogram_overlap"] == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_pixel_w1_is_scipys(dtype: type) -> None:
    real = RNG.integers(0, 256, (7, 4, 4, 1)).astype(dtype)
    generated = (RNG.integers(0, 256, (5, 4, 4, 1)) // 2).astype(dtype)
    expected = stats.wasserstein_distance(real.ravel(), generated.ravel()) / 255
    assert expected > 0.1
    assert image_scores(real, generated)["pixel_w1"] == pytest.approx(expected, abs=1e-9)


def test_image_scores_by_hand() -> None:
    real = np.zeros((4, 2, 2, 1), np.uint8)
    real[0] = 255
    white = np.full((3, 2, 2, 1), 255, np.uint8)
    scores = image_scores(real, white)
    # Three of four pixels are black and have to become white.
    assert scores["pixel_w1"] == pytest.approx(0.75, abs=1e-12)
    # Mean brightness 255, 0, 0, 0: its sd is 255 sqrt(3) / 4, its distance to 255 is 3/4 * 255.
    assert scores["ink_w1_over_sigma"] == pytest.approx(np.sqrt(3), abs=1e-12)
    assert image_scores(real, real) == {"pixel_w1": 0.0, "ink_w1_over_sigma": 0.0}


def test_no_ink_score_if_all_real_images_are_equally_bright() -> None:
    black = np.zeros((4, 2, 2, 1), np.uint8)
    scores = image_scores(black, black + np.uint8(51))
    assert scores == {"pixel_w1": pytest.approx(0.2, abs=1e-12)}
