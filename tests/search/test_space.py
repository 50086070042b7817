"""What a search may try of each knob."""

import numpy as np
import pytest

from ganlib import recipes
from ganlib.errors import ConfigError
from ganlib.knobs import bounds, choices
from ganlib.search.space import (
    Choices,
    Range,
    default_range,
    from_json,
    grid,
    read_space,
    searchable,
    to_json,
)

PLANE = recipes.get("toy/plane").Config
NEVER = {"steps", "seed", "sample_every", "checkpoint_every", "milestones", "devices", "precision"}


@pytest.mark.parametrize("recipe", recipes.all_recipes())
def test_ranges_are_within_the_bounds_of_every_recipe(recipe: str) -> None:
    config = recipes.get(recipe).Config
    names = searchable(config)
    assert {"batch_size", "generator_learning_rate", "loss", "spectral_normalisation"} <= {*names}
    assert not NEVER & {*names}
    assert not {"dataset", "target", "own_table", "own_file", "categories", "sd"} & {*names}
    for name in names:
        field, found = config.model_fields[name], default_range(config, name)
        if isinstance(found, Choices):
            assert found.values == (choices(field) or (False, True))
            continue
        limits = bounds(field)
        assert limits.get("ge", -np.inf) <= found.low < found.high <= limits.get("le", np.inf)
        assert limits.get("gt", -np.inf) < found.low and found.high < limits.get("lt", np.inf)
        assert found.whole == (field.annotation is int)
        assert not found.log or found.low > 0
        # 0 turns some techniques off; a search that is asked for them leaves them on.
        assert field.default == 0 or found.low <= field.default <= found.high


def test_scales_and_sizes_of_ranges() -> None:
    assert default_range(PLANE, "generator_learning_rate") == Range(1e-4, 1e-2, log=True)
    assert default_range(PLANE, "batch_size") == Range(64, 1024, log=True, whole=True)
    assert default_range(PLANE, "average_decay") == Range(0.99, 0.9999)
    assert default_range(PLANE, "gradient_clip") == Range(0.1, 100, log=True)
    assert default_range(PLANE, "octaves") == Range(0, 12, whole=True)


def test_ranges_on_the_command_line() -> None:
    text = (
        "generator_learning_rate=1e-5:1e-2, batch_size=32|64,octaves,beta_1=0.1:0.9:log,"
        "spectral_normalisation,preset=plain GAN|cured"
    )
    found = read_space(PLANE, text)
    assert found == {
        "generator_learning_rate": Range(1e-5, 1e-2, log=True),
        "batch_size": Choices((32, 64)),
        "octaves": Range(0, 12, whole=True),
        "beta_1": Range(0.1, 0.9, log=True),
        "spectral_normalisation": Choices((False, True)),
        "preset": Choices(("plain GAN", "cured")),
    }
    assert from_json(to_json(found)) == found


def test_commas_in_the_names_of_choices() -> None:
    config = recipes.get("quickdraw/conv").Config
    found = read_space(config, "preset=corrected|as printed, Adam,dropout")
    assert found["preset"] == Choices(("corrected", "as printed, Adam"))
    assert list(found) == ["preset", "dropout"]


BAD = [
    ("steps", "steps cannot be searched: it says how runs are made and not what they learn."),
    ("target", "target cannot be searched: scores of different data cannot be compared."),
    ("lr", "There is no knob 'lr' to search. Allowed: batch_size, loss, "),
    (
        "octaves=5:2",
        "The range of octaves needs two bounds, the lower first, as in octaves=0:12.",
    ),
    (
        "octaves=5:5",
        "The range of octaves needs two bounds, the lower first, as in octaves=0:12.",
    ),
    ("octaves=2", "octaves takes a range, as in octaves=0:12. Received: '2'."),
    ("octaves=2:50", "octaves must be a whole number from 0 to 12. Received: '50'."),
    ("beta_1=0:1", "beta_1 must be a number, at least 0, below 1. Received: '1'."),
    ("beta_1=nan:1", "beta_1 must be a number, at least 0, below 1. Received: 'nan'."),
    ("beta_1=0:0.5:log", "A logarithmic range of beta_1 must begin above 0."),
    ("loss=hinge", "loss must have at least two values to search, as in loss=non_saturating|"),
    ("loss=hinge|x", "loss must be one of non_saturating, least_squares, hinge, wasserstein,"),
    ("octaves,octaves", "--knobs may name octaves only once. Received: 'octaves,octaves'."),
]


@pytest.mark.parametrize(("text", "sentence"), BAD)
def test_a_range_that_is_none(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_space(PLANE, text)
    assert str(raised.value).startswith(sentence)


def test_points_of_a_grid() -> None:
    space = {"a": Range(1, 100, log=True), "b": Range(1, 3, whole=True), "c": Choices(("x", "y"))}
    assert grid(space, 5) == {
        "a": pytest.approx([1, 10**0.5, 10, 10**1.5, 100]),
        "b": [1, 2, 3],
        "c": ["x", "y"],
    }
