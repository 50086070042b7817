"""Whole runs, as a user gets them: the toys learn what they are for."""

import pytest

from ganlib import recipes
from ganlib.events import Samples
from tests.support.small_recipe import finished, only, train

pytestmark = pytest.mark.slow


def test_scalar_learns_the_two_peaks() -> None:
    recipe = recipes.get("toy/scalar")
    scores = finished(train(recipe, {"steps": 3_000, "seed": 0})).metrics
    assert 0 < scores["w1_over_sigma"] <= 0.05
    assert 2 - 0.1 <= scores["real_sd"] <= 2.15


def test_gaussian_vector_corrected_finds_mean_and_spread() -> None:
    scores = finished(train(recipes.get("toy/gaussian-vector"), {"seed": 0})).metrics
    assert abs(scores["mean"] - 0.0) <= 0.1
    assert abs(scores["sd"] - 1.0) <= 0.15


def test_gaussian_vector_as_printed_cannot() -> None:
    recipe = recipes.get("toy/gaussian-vector")
    scores = finished(train(recipe, {"preset": "as printed", "seed": 0})).metrics
    # No distribution between 0 and 1 is nearer to N(0, 1) than 0.482.
    assert 0.48 <= scores["w1_over_sigma"] <= 2
    assert scores["histogram_overlap"] <= 0.36


def test_the_frechet_distance_falls_while_garments_appear() -> None:
    values = {"steps": 600, "sample_every": 200, "seed": 0}
    drawn = only(train(recipes.get("fashion/dense"), values), Samples)
    scores = [event.scores["frechet"] for event in drawn]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 0.7 * scores[0]


def test_a_plain_gan_collapses_on_the_ring() -> None:
    recipe = recipes.get("toy/plane")
    values = {"preset": "plain GAN", "steps": 2_000, "sample_every": 500}
    found = only(train(recipe, values), Samples)
    assert [samples.step for samples in found] == [0, 500, 1_000, 1_500, 2_000]
    for samples in found[1:]:
        assert samples.scores["modes"] <= 4
        # All points on one peak are 1.1 away.
        assert 0.15 < samples.scores["sliced_w1_over_sigma"] < 10
        # Two real samples are rarely as far apart as this.
        assert 0.02 < samples.scores["sliced_w1_floor"] < 0.08
    # On peaks, and not on a curve that passes them.
    assert 0.8 <= found[-1].scores["high_quality"] <= 1
