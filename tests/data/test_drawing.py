"""Drawings: their text, and points along them."""

import math

import numpy as np
import pytest
import tensorflow as tf

from ganlib import recipes
from ganlib.data.drawing import SD, drawn_plane, parse_drawing
from ganlib.data.planes import PlaneData
from ganlib.errors import ConfigError


def points(text: str, count: int = 40_000) -> np.ndarray:
    return PlaneData(drawn_plane(parse_drawing(text))).take(0, count)


def test_a_text_is_strokes_of_points() -> None:
    strokes = parse_drawing(" 0,0.5 .25,-5e-1;-1,1 ; ")
    assert [stroke.tolist() for stroke in strokes] == [[[0, 0.5], [0.25, -0.5]], [[-1, 1]]]
    assert parse_drawing("") == parse_drawing(" ; ") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0,0 1", "drawing must be points x,y .* Received: '1'"),
        ("0,nan", "drawing must be points x,y .* Received: '0,nan'"),
        ("0;0", "drawing must be points x,y .* Received: '0'"),
        ("a" * 500, r"Received: 'a{37}\.\.\.'"),
        ("0,0 0.5,1.001", "must lie from -1 to 1. Received: '0.5,1.001'"),
        ("0,1e999", "must lie from -1 to 1. Received: '0,1e999'"),
        ("0,0 " * 2_001, "up to 2,000 points. Received: 2,001"),
    ],
)
def test_invalid_drawings_are_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        parse_drawing(text)
    assert "\n" not in str(caught.value)
    with pytest.raises(ConfigError, match=said):
        recipes.get("toy/plane").parse({"drawing": text})


def test_a_long_stroke_has_more_points_than_a_short_one() -> None:
    drawn = points("-0.9,0.5 -0.5,0.5 0.9,0.5; -0.3,-0.5 0.3,-0.5")
    upper = drawn[:, 1] > 0
    # 1.8 long and 0.6 long; of 40,000 points five deviations of the share are 0.011.
    assert abs(upper.mean() - 0.75) < 0.011
    x = np.sort(drawn[upper, 0])
    # Along it they are uniform, whatever the lengths between the points that were drawn.
    along = np.linspace(-0.9, 0.9, len(x))
    assert np.abs(x - along).max() < 0.06
    assert drawn[upper, 1].std() == pytest.approx(SD, rel=0.05)
    assert drawn[upper, 1].mean() == pytest.approx(0.5, abs=0.001)


def test_a_dot_counts_as_a_short_stroke() -> None:
    drawn = points("-0.5,0 0.45,0; 0.5,0.8; 0.5,-0.8 0.5,-0.8")
    for y in (0.8, -0.8):
        share = (np.abs(drawn[:, 1] - y) < 0.3).mean()
        assert abs(share - 0.05 / 1.05) < 0.006
    dot = points("0.25,-0.75")
    np.testing.assert_allclose(dot.mean(axis=0), (0.25, -0.75), atol=0.001)
    np.testing.assert_allclose(dot.std(axis=0), SD, rtol=0.05)


@pytest.mark.parametrize("text", ["0.25,-0.75", "0.5,0.7 0.9,0.7 0.9,0.9", "-1,-1 1,1; 0,0"])
def test_scaled_points_have_mean_0_and_sd_1(text: str) -> None:
    recipe = recipes.get("toy/plane")
    config = recipe.parse({"target": "drawn", "drawing": text})
    drawn = tf.constant(recipe.load(config).take(1, 40_000))
    seen = recipe.scaling(config).to_model(drawn).numpy()
    assert np.abs(seen.mean(axis=0)).max() < 0.03
    assert math.sqrt(seen.var(axis=0).mean()) == pytest.approx(1, rel=0.03)
    back = recipe.scaling(config).to_raw(seen)
    assert seen.dtype == back.dtype == np.float32
    np.testing.assert_allclose(back, drawn, atol=1e-5)


def test_an_empty_drawing_cannot_be_learned() -> None:
    recipe = recipes.get("toy/plane")
    with pytest.raises(ConfigError, match="at least one point"):
        recipe.parse({"target": "drawn", "drawing": " ; "})
    assert recipe.parse({"target": "moons"}).drawing == ""


def test_another_drawing_is_other_data_and_has_no_modes_to_score() -> None:
    first, second = (PlaneData(drawn_plane(parse_drawing(text))) for text in ("0,0 1,0", "0,0 0,1"))
    assert first.report.name == second.report.name
    assert first.kind != second.kind
    recipe = recipes.get("toy/plane")
    config = recipe.parse({"target": "drawn", "drawing": "0,0 1,0"})
    sample = first.take(0, 500)
    scores = recipe.evaluate(config, sample, sample)
    assert scores.keys() == {"sliced_w1_over_sigma", "sliced_w1_floor", "coverage"}
    assert scores["sliced_w1_over_sigma"] == 0.0
