"""Every knob once: what it takes, and the words for what it does not take."""

import json
from typing import Any, ClassVar, Literal

import pytest

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import ConfigError
from ganlib.knobs import GROUPS, allowed, bounds, choices, inherit, is_list, knob, meta, parse


class Config(RunConfig):
    """One knob of every kind."""

    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "calm": {},
        "wild": {"rate": 0.5, "share": 0.25},
    }

    preset: Literal["calm", "wild"] = knob("calm", "Which.", group="Run")
    steps: int = inherit(RunConfig, "steps", 10)
    rate: float = knob(
        0.1, "Step size.", group="Sensitive hyperparameters", unit="per step", gt=0, le=1
    )
    share: float = knob(0.5, "Share.", group="Networks", ge=0, lt=1)
    height: float = knob(2.0, "Height.", group="Data", ge=-2.5, le=1_500)
    shuffle: bool = knob(False, "Whether.", group="Data")
    title: str = knob("", "Text.", group="Data")
    fruit: str = knob("fig", "One.", group="Data", choices=lambda: ("fig", "sweet lime"))
    basket: tuple[str, ...] = knob(
        ("fig",), "Several.", group="Data", choices=lambda: ("fig", "sweet lime", "plum")
    )


def refusal(values: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(Config, values)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("steps", "12", 12),
        ("steps", 12.0, 12),
        ("seed", "0", 0),
        ("rate", "1e-3", 0.001),
        ("rate", "1", 1.0),
        ("share", 0, 0.0),
        ("height", "-2.5", -2.5),
        ("shuffle", "true", True),
        ("shuffle", "0", False),
        ("preset", "wild", "wild"),
        ("title", "0", "0"),
        ("fruit", "sweet lime", "sweet lime"),
        ("basket", "plum, sweet lime", ("plum", "sweet lime")),
        ("basket", ["fig"], ("fig",)),
        ("basket", ("plum", "fig"), ("plum", "fig")),
    ],
)
def test_text_becomes_what_the_knob_holds(name: str, given: Any, value: Any) -> None:
    found = getattr(parse(Config, {name: given}), name)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("steps", "0", "steps must be a whole number from 1 to 10,000,000. Received: '0'."),
        ("steps", 2.5, "steps must be a whole number from 1 to 10,000,000. Received: 2.5."),
        ("steps", "", "steps must be a whole number from 1 to 10,000,000. Received: ''."),
        ("steps", None, "steps must be a whole number from 1 to 10,000,000. Received: None."),
        ("rate", "nan", "rate must be a number, greater than 0, at most 1. Received: 'nan'."),
        ("rate", float("inf"), "rate must be a number, greater than 0, at most 1. Received: inf."),
        ("share", 1, "share must be a number, at least 0, below 1. Received: 1."),
        ("height", -2.6, "height must be a number from -2.5 to 1,500. Received: -2.6."),
        ("shuffle", "maybe", "shuffle must be true or false. Received: 'maybe'."),
        ("preset", "mad", "preset must be one of calm, wild. Received: 'mad'."),
        ("preset", ["calm"], "preset must be one of calm, wild. Received: ['calm']."),
        ("title", 3, "title must be text. Received: 3."),
        ("fruit", "pear", "fruit must be one of fig, sweet lime. Received: 'pear'."),
        (
            "basket",
            "fig,pear",
            "basket must be one or more of fig, sweet lime, plum, separated by commas. "
            "Received: 'pear'.",
        ),
        (
            "basket",
            "",
            "basket must be one or more of fig, sweet lime, plum, separated by commas. "
            "Received: none.",
        ),
        (
            "title",
            list(range(100)),
            "title must be text. Received: "
            "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16....",
        ),
    ],
)
def test_one_sentence_with_the_value_and_what_is_allowed(
    name: str, given: Any, sentence: str
) -> None:
    assert refusal({name: given}) == sentence


def test_the_bounds_themselves_are_allowed() -> None:
    at_bounds = {"steps": 10_000_000, "seed": 2**31 - 1, "rate": 1, "share": 0, "height": -2.5}
    assert parse(Config, at_bounds).model_dump(include=set(at_bounds)) == at_bounds


def test_an_unknown_knob_is_told_which_there_are() -> None:
    sentence = refusal({"colour": 1})
    assert sentence.startswith("Unknown knob 'colour'. Allowed: steps, seed, batch_size, ")
    assert sentence.endswith(", preset, rate, share, height, shuffle, title, fruit, basket.")


def test_several_mistakes_are_several_sentences() -> None:
    assert refusal({"rate": 2, "share": 2}) == (
        "rate must be a number, greater than 0, at most 1. Received: 2. "
        "share must be a number, at least 0, below 1. Received: 2."
    )


def test_a_preset_fills_in_only_what_was_not_given() -> None:
    assert (parse(Config, {}).rate, parse(Config, {}).share) == (0.1, 0.5)
    wild = parse(Config, {"preset": "wild"})
    assert (wild.rate, wild.share, wild.steps) == (0.5, 0.25, 10)
    mixed = parse(Config, {"preset": "wild", "rate": "0.75"})
    assert (mixed.rate, mixed.share) == (0.75, 0.25)


def test_a_saved_config_comes_back_whatever_the_preset_says_by_now() -> None:
    saved = parse(Config, {"preset": "wild", "rate": 0.75, "share": 0.5})
    assert parse(Config, saved.model_dump(mode="json")) == saved


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse(Config, {}).steps = 5


def test_inherit_changes_the_default_and_nothing_else() -> None:
    base, child = RunConfig.model_fields["steps"], Config.model_fields["steps"]
    assert (base.default, child.default) == (5_000, 10)
    assert (RunConfig().steps, Config().steps) == (5_000, 10)
    assert child.description == base.description
    assert child.description.startswith("Number of generator updates.")
    assert bounds(child) == bounds(base) == {"ge": 1, "le": 10_000_000}
    assert meta(child) == meta(base)
    assert (meta(child)["group"], meta(child)["compile_time"]) == ("Run", False)


def test_what_a_form_asks_of_a_knob() -> None:
    fields = Config.model_fields
    assert choices(fields["preset"]) == ("calm", "wild")
    assert choices(fields["steps"]) == ()
    assert meta(fields["rate"])["group"] == "Sensitive hyperparameters"
    assert meta(fields["rate"])["unit"] == "per step" and meta(fields["rate"])["compile_time"]
    assert choices(fields["fruit"]) == ("fig", "sweet lime") and not is_list(fields["fruit"])
    assert choices(fields["basket"]) == ("fig", "sweet lime", "plum") and is_list(fields["basket"])
    assert bounds(fields["rate"]) == {"gt": 0, "le": 1}
    assert bounds(fields["title"]) == {}


RECIPES = sorted(recipes.all_recipes())


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipes_defaults_are_valid(recipe: str) -> None:
    config = recipes.get(recipe).parse({})
    # As they come from a form or a command line, too.
    as_text = {
        name: ", ".join(value) if isinstance(value, tuple) else str(value)
        for name, value in config.model_dump().items()
    }
    assert recipes.get(recipe).parse(as_text) == config
    as_json = json.loads(json.dumps(config.model_dump(mode="json")))
    assert recipes.get(recipe).parse(as_json) == config


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_preset_of_every_recipe_is_valid(recipe: str) -> None:
    found = recipes.get(recipe)
    names = list(found.Config.presets)
    if names:
        assert choices(found.Config.model_fields["preset"]) == tuple(names)
    for name in names:
        config = found.parse({"preset": name}).model_dump()
        assert {knob: config[knob] for knob in found.Config.presets[name]} == (
            found.Config.presets[name]
        )


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_knob_has_help_a_group_and_bounds(recipe: str) -> None:
    config = recipes.get(recipe).Config
    for name, field in config.model_fields.items():
        assert field.description and field.description.endswith("."), name
        assert meta(field)["group"] in GROUPS, name
        assert allowed(config, name), name
        if field.annotation in (int, float):
            limits = bounds(field)
            assert limits.keys() & {"ge", "gt"} and limits.keys() & {"le", "lt"}, name


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_knob_refuses_what_it_does_not_take(recipe: str) -> None:
    config = recipes.get(recipe).Config
    for name, field in config.model_fields.items():
        if field.annotation is str and not choices(field):
            continue
        wrong: list[object] = ["nonsense"]
        for kind, limit in bounds(field).items():
            beyond = limit - 1 if kind in ("ge", "gt") else limit + 1
            wrong += [str(limit)] if kind in ("gt", "lt") else []
            wrong += [str(beyond)]
        for value in wrong:
            with pytest.raises(ConfigError) as caught:
                parse(config, {name: value})
            wanted = f"{name} must be {allowed(config, name)}. Received: {value!r}."
            assert str(caught.value) == wanted


def test_many_choices_are_counted_and_not_listed() -> None:
    class Wide(RunConfig):
        number: str = knob("7", "One.", group="Data", choices=lambda: tuple(map(str, range(99))))

    assert allowed(Wide, "number") == "one of 99 choices, such as 0 or 98"


def test_a_group_that_the_form_does_not_have_is_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"^group must be one of Run, Data, .* Received: 'Fun'\.$"):
        knob(1, "Some.", group="Fun")
