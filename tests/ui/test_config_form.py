"""The form that is made from a recipe's config."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic.fields import FieldInfo
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.knobs import CHALLENGES, GROUPS, allowed, choices, is_number, meta
from ganlib.runs import RunStore
from ganlib.ui.components.text import capital, in_words, words
from ganlib.ui.run.files_tab import config_json
from tests.support.cases import slow_but

Open = Callable[..., AppTest]

# Knobs with widgets of their own kind; see test_category_picker.py and test_own_widgets.py.
ELSEWHERE = {
    "target",
    "dataset",
    "own_file",
    "own_table",
    "own_columns",
    "own_summary",
    "own_digest",
    "drawing",
    "peaks",
}


def widget(app: AppTest, key: str):
    kinds = (app.selectbox, app.toggle, app.multiselect, app.text_input)
    for kind in kinds:
        found = [element for element in kind if element.key == key]
        if found:
            return found[0]
    raise AssertionError(f"no widget {key}")


def form_values(app: AppTest, name: str) -> dict[str, object]:
    """What the form would start; a choice of several is a tuple."""
    fields = recipes.get(name).Config.model_fields
    held = {field: app.session_state[f"{name}:{field}"] for field in fields}
    return {
        field: tuple(value)
        if isinstance(value, list)
        else fields[field].annotation(value)
        if is_number(fields[field])
        else value
        for field, value in held.items()
    }


def defaults(name: str) -> dict[str, object]:
    return {key: field.default for key, field in recipes.get(name).Config.model_fields.items()}


def open_recipe(open_page: Open, name: str) -> AppTest:
    page = recipes.get(name).page
    app = open_page(page)
    app.session_state[f"{page}.recipe"] = name
    return open_advanced(app)


def open_advanced(app: AppTest) -> AppTest:
    app.session_state["advanced"] = True
    app.run()
    assert not app.exception
    return app


def choose(app: AppTest, key: str, value: str) -> None:
    """As a click on a tile does."""
    app.session_state[key] = value
    app.run()
    assert not app.exception


def said_at_start(app: AppTest) -> str:
    (said,) = (text.value for text in app.markdown if text.value.startswith(":material/error:"))
    return said.removeprefix(":material/error: ").replace("\\", "")


def changed_count(app: AppTest) -> str:
    """What the heading of the part "Advanced" adds to its name."""
    (style,) = (one.proto.body for one in app.get("html") if "summary p::after" in one.proto.body)
    return style.split('"')[1]


def open_tab(app: AppTest, name: str, challenge: str) -> None:
    """Only the techniques of the open tab are drawn."""
    app.session_state[f"{name}:techniques"] = challenge
    app.run()
    assert not app.exception


@pytest.mark.parametrize(
    "name",
    slow_but(["toy/scalar", "quickdraw/conv", "wgan/clip", "progressive"], recipes.all_recipes()),
)
def test_every_knob_with_its_default_and_help(name: str, open_page: Open) -> None:
    app = open_recipe(open_page, name)
    assert form_values(app, name) == defaults(name)
    config = recipes.get(name).Config
    for group in GROUPS:
        if group in CHALLENGES:
            open_tab(app, name, group)
        for key, field in config.model_fields.items():
            if meta(field)["group"] == group and key not in ELSEWHERE:
                check_widget(widget(app, f"{name}:{key}"), config, key, field)
    assert form_values(app, name) == defaults(name)


def check_widget(shown: Any, config: type[RunConfig], key: str, field: FieldInfo) -> None:
    paper = meta(field)["paper"]
    source = f" Source: {paper}." if paper else ""
    limits = f" Allowed: {allowed(config, key)}." if is_number(field) else ""
    assert shown.help == f"{in_words(field.description, config)}{source}{limits}"
    # Names in code have underscores.
    assert "_" not in shown.help and "_" not in shown.label
    if choices(field):
        names = [name if key == "categories" else capital(words(name)) for name in choices(field)]
        assert shown.options == names
    held = tuple(shown.value) if isinstance(shown.value, list) else shown.value
    assert held == (f"{field.default:g}" if is_number(field) else field.default)


@pytest.mark.parametrize(
    ("name", "knob", "value", "sentence"),
    [
        ("mnist/dcgan", "dropout", "1", "Dropout must be a number, at least 0, below 1"),
    ],
)
def test_a_value_at_a_bound_that_is_not_allowed(
    name: str, knob: str, value: str, sentence: str, open_page: Open
) -> None:
    app = open_recipe(open_page, name)
    app.session_state[f"{name}:{knob}"] = value
    app.run()
    assert not app.exception
    assert [box.value.replace("\\", "") for box in app.error] == [
        f"{sentence}. Received: '{value}'."
    ]
    assert app.button(key="start").disabled
    app.button(key=f"{name}:reset").click().run()
    assert not app.error
    assert not app.button(key="start").disabled
    assert form_values(app, name) == defaults(name)


@pytest.mark.parametrize(
    ("knob", "value"),
    [
        ("steps", "0"),
        ("steps", "abc"),
        ("batch_size", "-5"),
        ("generator_units", "1000000"),
    ],
)
def test_what_cannot_be_meant_stays_on_view_and_is_told(
    knob: str, value: str, open_page: Open
) -> None:
    app = open_advanced(open_page("toy"))
    app.text_input(key=f"toy/scalar:{knob}").set_value(value).run()
    assert not app.exception
    (said,) = (error.value.replace("\\", "") for error in app.error)
    assert said.startswith(f"{knob.replace('_', ' ').capitalize()} must be a whole number from ")
    assert said.endswith(f" Received: '{value}'.")
    assert said_at_start(app) == "Fix the marked settings to start."
    assert app.text_input(key=f"toy/scalar:{knob}").value == value
    assert app.button(key="start").disabled
    app.button(key="toy/scalar:reset").click().run()
    assert not app.error and form_values(app, "toy/scalar") == defaults("toy/scalar")


def test_the_button_back_to_the_recipes_values(open_page: Open) -> None:
    app = open_page("toy")
    open_advanced(app)
    app.text_input(key="toy/scalar:seed").set_value("7").run()
    choose(app, "toy/scalar:target", "uniform")
    changed = form_values(app, "toy/scalar")
    assert changed == {**defaults("toy/scalar"), "seed": 7, "target": "uniform"}
    app.button(key="toy/scalar:reset").click().run()
    assert not app.exception
    assert form_values(app, "toy/scalar") == defaults("toy/scalar")


def test_a_preset_fills_its_values_in(open_page: Open) -> None:
    name = "toy/gaussian-vector"
    app = open_recipe(open_page, name)
    app.selectbox(key=f"{name}:preset").select("as printed").run()
    assert not app.exception
    assert form_values(app, name) == {
        **defaults(name),
        "preset": "as printed",
        "generator_output": "sigmoid",
        "generator_learning_rate": 5e-4,
        "discriminator_learning_rate": 5e-4,
        "momentum": 0.9,
        "average_decay": 0.0,
    }
    app.selectbox(key=f"{name}:preset").select("corrected").run()
    assert form_values(app, name) == defaults(name)


def test_a_preset_keeps_the_data_and_the_seed(open_page: Open) -> None:
    name = "toy/plane"
    app = open_recipe(open_page, name)
    choose(app, f"{name}:target", "grid25")
    app.text_input(key=f"{name}:seed").set_value("7").run()
    app.selectbox(key=f"{name}:preset").select("plain GAN").run()
    assert not app.exception
    values = form_values(app, name)
    assert (values["target"], values["seed"], values["steps"]) == ("grid25", 7, 5000)


def test_values_are_kept_after_another_page_and_another_recipe(open_page: Open) -> None:
    app = open_advanced(open_page("toy"))
    app.text_input(key="toy/scalar:seed").set_value("7").run()
    open_tab(app, "toy/scalar", "Sensitive hyperparameters")
    app.text_input(key="toy/scalar:generator_learning_rate").set_value("0.002").run()
    open_tab(app, "toy/scalar", "Mode collapse")
    choose(app, "toy.recipe", "toy/gaussian-vector")
    app.text_input(key="toy/gaussian-vector:steps").set_value("321").run()
    for page in ("mnist", "runs", "home", "toy"):
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
    assert app.session_state["toy.recipe"] == "toy/gaussian-vector"
    assert app.text_input(key="toy/gaussian-vector:steps").value == "321"
    choose(app, "toy.recipe", "toy/scalar")
    assert app.text_input(key="toy/scalar:seed").value == "7"
    open_advanced(app)
    open_tab(app, "toy/scalar", "Sensitive hyperparameters")
    assert app.text_input(key="toy/scalar:generator_learning_rate").value == "0.002"


def load(app: AppTest, name: str, content: bytes) -> None:
    app.file_uploader(key=f"{name}:settings").set_value(
        ("settings.json", content, "application/json")
    ).run()
    assert not app.exception, app.exception


def test_the_download_of_a_run_fills_the_form(open_page: Open, store: RunStore) -> None:
    name, values = "toy/plane", {"preset": "plain GAN", "target": "grid25", "steps": 77}
    config = recipes.get(name).parse(values)
    run = store.create(name, config)
    run.lock.release()
    app = open_recipe(open_page, name)
    app.text_input(key=f"{name}:seed").set_value("5").run()
    load(app, name, config_json(run).encode())
    assert not app.error
    assert form_values(app, name) == config.model_dump()
    assert app.text_input(key=f"{name}:steps").value == "77"
    assert app.session_state[f"{name}:target"] == "grid25"
    # What is changed afterwards stays changed.
    app.text_input(key=f"{name}:steps").set_value("88").run()
    assert form_values(app, name) == {**config.model_dump(), "steps": 88}


def test_settings_written_by_hand_leave_the_rest_to_the_recipe(open_page: Open) -> None:
    name = "quickdraw/conv"
    app = open_advanced(open_page("quickdraw"))
    app.text_input(key=f"{name}:seed").set_value("5").run()
    load(app, name, b'{"steps": 9, "categories": ["ant", "bear"]}')
    assert form_values(app, name) == {
        **defaults(name),
        "steps": 9,
        "categories": ("ant", "bear"),
    }


def test_settings_that_are_refused_leave_the_form_as_it_is(open_page: Open) -> None:
    name = "toy/scalar"
    app = open_advanced(open_page("toy"))
    app.text_input(key=f"{name}:seed").set_value("5").run()
    load(app, name, b'{"steps": 9, "batch_size": 1}')
    assert [box.value.replace("\\", "") for box in app.error] == [
        "batch_size must be a whole number from 2 to 8,192. Received: 1."
    ]
    assert form_values(app, name) == {**defaults(name), "seed": 5}
    load(app, name, b'{"steps": 9}')
    assert not app.error
    assert form_values(app, name) == {**defaults(name), "steps": 9}


def test_data_that_no_run_could_have_keep_start_closed(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("mnist")
    assert not app.button(key="start").disabled
    monkeypatch.setenv("GANLIB_DATA", str(tmp_path / "typo"))
    app.run()
    assert [box.value.replace("\\", "") for box in app.error] == [
        f"GANLIB_DATA is {tmp_path / 'typo'}, which is not a folder."
    ]
    assert app.button(key="start").disabled


def test_an_error_stands_at_its_setting_and_opens_what_hides_it(open_page: Open) -> None:
    name = "mnist/dcgan"
    app = open_page("mnist")
    assert not app.session_state["advanced"]
    app.session_state[f"{name}:weight_clip"] = "0.1"
    app.session_state[f"{name}:spectral_normalisation"] = True
    app.run()
    assert app.session_state["advanced"]
    assert app.session_state[f"{name}:techniques"] == "Instability"
    # In the column of the setting that the sentence names first, below its box.
    column = next(
        column
        for column in app.columns
        if any(box.key == f"{name}:weight_clip" for box in column.text_input)
    )
    (error,) = column.error
    assert error.value.startswith("Weight clip and spectral normalisation exclude each other")
    assert [box.value for box in app.error] == [error.value]
    assert said_at_start(app) == "Fix the marked settings to start."
    # It can be closed again.
    app.session_state["advanced"] = False
    app.run()
    assert not app.session_state["advanced"] and not app.error
    assert app.button(key="start").disabled


def test_changed_settings_are_marked_and_counted_and_each_has_a_way_back(open_page: Open) -> None:
    name = "toy/plane"
    app = open_recipe(open_page, name)
    assert changed_count(app) == ""
    app.text_input(key=f"{name}:batch_size").set_value("64").run()
    app.text_input(key=f"{name}:generator_units").set_value("32").run()
    app.text_input(key=f"{name}:seed").set_value("3").run()
    assert changed_count(app) == ", 2 changed"
    assert app.text_input(key=f"{name}:batch_size").label == "Batch size :primary[●]"
    assert app.text_input(key=f"{name}:seed").label == "Seed :primary[●]"
    assert app.text_input(key=f"{name}:steps").label == "Steps"
    for knob in ("batch_size", "seed"):
        app.button(key=f"{name}:{knob}:undo").click().run()
    assert form_values(app, name) == {**defaults(name), "generator_units": 32}
    # The same number in other letters is no change.
    app.text_input(key=f"{name}:generator_units").set_value("192.0").run()
    assert changed_count(app) == ""
    # What a preset changes is not the user's change.
    app.text_input(key=f"{name}:generator_units").set_value("192").run()
    app.selectbox(key=f"{name}:preset").select("plain GAN").run()
    assert changed_count(app) == ""
