"""Names of settings, data and runs as people read them."""

import pytest

from ganlib import recipes
from ganlib.amounts import about
from ganlib.names import data_words, run_name, words


def named(recipe: str, *taken: str, **knobs: object) -> str:
    found = recipes.get(recipe)
    return run_name(found.title, found.parse(knobs), taken)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ring8", "ring of 8 peaks"),
        ("fashion_mnist", "clothes"),
        ("weight_clip", "weight clip"),
        ("r1_r2", "R1 and R2"),
        (0.5, "0.5"),
    ],
)
def test_names_in_words(name: object, text: str) -> None:
    assert words(name) == text


@pytest.mark.parametrize(
    ("recipe", "knobs", "text"),
    [
        ("mnist/dcgan", {}, "digits"),
        ("toy/plane", {"target": "moons"}, "two moons"),
        ("toy/gaussian-vector", {}, ""),
        ("quickdraw/conv", {"categories": ("ant", "bear")}, "ant, bear"),
        ("quickdraw/conv", {"categories": ("ant", "bear", "cat", "dog")}, "ant, bear and 2 more"),
    ],
)
def test_data_in_words(recipe: str, knobs: dict[str, object], text: str) -> None:
    assert data_words(recipes.get(recipe).parse(knobs)) == text


def test_runs_are_named_after_recipe_and_data_and_numbered() -> None:
    assert named("mnist/dcgan") == "DCGAN, digits #1"
    assert named("mnist/dcgan", dataset="fashion_mnist") == "DCGAN, clothes #1"
    taken = ("DCGAN, digits #1", "DCGAN, digits #9", "DCGAN, clothes #20", "DCGAN, digits #x")
    assert named("mnist/dcgan", *taken) == "DCGAN, digits #10"
    assert named("toy/plane", preset="plain GAN") == (
        "Points in the plane, ring of 8 peaks, plain GAN #1"
    )
    assert named("toy/gaussian-vector") == "200 Gaussian numbers #1"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "about 1 s"),
        (14.4, "about 14 s"),
        (38, "about 40 s"),
        (89, "about 90 s"),
        (100, "about 2 min"),
        (59 * 60, "about 59 min"),
        (92 * 60, "about 1.5 h"),
        (7.9 * 3600, "about 8 h"),
    ],
)
def test_estimated_durations(seconds: float, text: str) -> None:
    assert about(seconds) == text
