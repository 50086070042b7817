"""The widgets of one's own data: tables, drawings and peaks."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.data.distributions import parse_peaks
from ganlib.data.download import cache_folder
from ganlib.data.own_table import own_columns
from ganlib.runs import Run, RunStore
from ganlib.ui.form.fields import widget_value
from ganlib.ui.form.own_table import preview
from ganlib.ui.form.peaks_table import edited, rows_of, text_of
from ganlib.viz import colours
from tests.support import drawn

Open = Callable[..., AppTest]
CSV = b"name,height,weight\na,1,10\nb,2,20\nc,3,n/a\nd,5,40\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANLIB_CACHE", str(tmp_path / "cache"))
    st.cache_data.clear()


def open_plane(open_page: Open) -> AppTest:
    app = open_page("toy")
    app.session_state["toy.recipe"] = "toy/plane"
    return app.run()


def with_settings_of(open_page: Open, run: Run) -> AppTest:
    """The entry page, filled with the settings of a run."""
    app = open_page("toy")
    for name, value in run.values.items():
        field = recipes.get(run.recipe).Config.model_fields[name]
        app.session_state[f"{run.recipe}:{name}"] = widget_value(field, value)
    app.session_state["toy.recipe"] = run.recipe
    app.run()
    assert not app.exception, app.exception
    return app


def choose(app: AppTest, name: str, target: str) -> None:
    app.session_state[f"{name}:target"] = target
    app.run()
    assert not app.exception, app.exception


def upload(app: AppTest, name: str, file: str, content: bytes) -> None:
    key = f"{name}:own_table:upload"
    app.file_uploader(key=key).set_value((file, content, "text/csv")).run()
    assert not app.exception, app.exception


def components(app: AppTest) -> list[dict]:
    return [json.loads(one.proto.json) for one in app.get("bidi_component") if one.proto.json]


def charts(app: AppTest, word: str) -> list[dict]:
    return [one for one in drawn.charts(app) if word in one["alt"]]


def held(app: AppTest, name: str, knob: str) -> object:
    return app.session_state[f"{name}:{knob}"]


def said(app: AppTest) -> str:
    return "\n".join(element.value for element in app.caption)


@pytest.mark.parametrize("name", ["toy/scalar", "toy/plane"])
def test_only_what_matters_for_the_target_is_shown(name: str, open_page: Open) -> None:
    app = open_page("toy") if name == "toy/scalar" else open_plane(open_page)
    pads = {"drawn": 0, "own": 0, "first": 0}
    for target in ("first", "drawn", "own"):
        if target in recipes.get(name).Config.model_fields["target"].annotation.__args__:
            choose(app, name, target)
        pads[target] = sum("most" in one for one in components(app))
        assert not app.dataframe
        assert not [box for box in app.text_input if "own_" in box.key or "drawing" in box.key]
        assert len(app.get("file_uploader")) == (held(app, name, "target") == "own")
    assert pads == {"first": 0, "drawn": int(name == "toy/plane"), "own": 0}


def test_an_upload_chooses_its_first_column(open_page: Open) -> None:
    app, name = open_page("toy"), "toy/scalar"
    choose(app, name, "own")
    upload(app, name, "people.csv", CSV)
    path = Path(str(held(app, name, "own_table")))
    assert path.read_bytes() == CSV and path.is_relative_to(cache_folder() / "own")
    column = app.selectbox(key=f"{name}:own_columns:0")
    assert (column.options, column.value) == (["height", "weight"], "height")
    assert "people.csv: 4 of 4 rows are used." in said(app).replace("\\", "")
    assert len(charts(app, "height in your table")) == 1
    assert not app.error and not app.button(key="start").disabled

    column.select("weight").run()
    assert held(app, name, "own_columns") == "weight"
    assert "3 of 4 rows are used (1 row skipped: a value is missing or not a number)" in said(
        app
    ).replace("\\", "")
    assert len(charts(app, "weight in your table")) == 1

    for page in ("home", "toy"):
        app.switch_page(f"pages/{page}.py").run()
    assert held(app, name, "own_table") == str(path)
    assert app.selectbox(key=f"{name}:own_columns:0").value == "weight"


def test_two_columns_in_the_plane(open_page: Open) -> None:
    app, name = open_plane(open_page), "toy/plane"
    choose(app, name, "own")
    assert [box.value for box in app.info] == ["Choose a table first."]
    assert app.button(key="start").disabled
    upload(app, name, "people.csv", CSV)
    assert not app.error
    app.selectbox(key=f"{name}:own_columns:0").select("weight").run()
    app.selectbox(key=f"{name}:own_columns:1").select("height").run()
    assert held(app, name, "own_columns") == "weight, height"
    (chart,) = charts(app, "weight and height in your table")
    axes = [chart["figure"]["layout"][axis]["title"]["text"] for axis in ("xaxis", "yaxis")]
    assert axes == ["weight", "height"]


def test_what_is_no_table_leaves_a_sentence_and_no_file(open_page: Open) -> None:
    app, name = open_page("toy"), "toy/scalar"
    choose(app, name, "own")
    upload(app, name, "people.csv", b"words\nand more\nwords\n")
    assert [box.value.replace("\\", "") for box in app.error] == [
        "people.csv has no numeric column; it has words."
    ]
    assert not list(cache_folder().rglob("*.csv*"))


def test_a_constant_column_is_told_and_another_one_can_be_chosen(open_page: Open) -> None:
    app, name = open_page("toy"), "toy/scalar"
    choose(app, name, "own")
    upload(app, name, "a.csv", b"x,y\n1,1\n1,2\n1,3\n")
    assert [box.value for box in app.error] == [
        "Column x of a.csv is 1 in every row; a distribution to learn needs values that differ."
    ]
    assert app.button(key="start").disabled
    app.selectbox(key=f"{name}:own_columns:0").select("y").run()
    assert not app.error and not app.button(key="start").disabled


def test_a_run_whose_file_has_changed_or_gone(
    open_page: Open, store: RunStore, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(CSV)
    config = recipes.get("toy/scalar").parse({"target": "own", "own_table": str(path)})
    run = store.create("toy/scalar", config)
    run.lock.release()
    path.write_bytes(CSV.replace(b"5", b"6"))
    os.utime(path, ns=(1, 1))
    app = with_settings_of(open_page, run)
    changed = "The file has changed since these settings were saved."
    assert changed in [box.value for box in app.warning]
    app.button(key="toy/scalar:own_table:changed").click().run()
    assert not app.exception and not app.error
    assert changed not in [box.value for box in app.warning]
    path.unlink()
    app = with_settings_of(open_page, run)
    assert "mine.csv cannot be read: No such file" in app.error[0].value.replace("\\", "")


def test_previews_are_blue_and_from_all_of_the_table(tmp_path: Path) -> None:
    file = io.BytesIO()
    values = np.sort(np.random.default_rng(0).normal(size=(50_001, 2)), axis=0)
    np.save(file, values)
    (tmp_path / "sorted.npy").write_bytes(file.getvalue())
    one = preview(own_columns(str(tmp_path / "sorted.npy"), "", 1))
    (trace,) = one.traces
    assert (trace["name"], trace["line"]["color"]) == ("real", colours.REAL)
    middle = (trace["x"] * trace["y"]).sum() / trace["y"].sum()
    assert abs(middle) < 0.05
    two = preview(own_columns(str(tmp_path / "sorted.npy"), "", 2))
    assert {trace["name"] for trace in two.traces} == {"real"}
    assert abs(two.traces[0]["x"].mean()) < 0.1


def test_a_drawing_reaches_the_pad_and_a_run_brings_it_back(
    open_page: Open, store: RunStore
) -> None:
    app, name = open_plane(open_page), "toy/plane"
    choose(app, name, "drawn")
    assert [box.value for box in app.info] == ["Draw something first."]
    assert app.button(key="start").disabled
    text = "-0.5,0 0.5,0; 0,0.75"
    config = recipes.get(name).parse({"target": "drawn", "drawing": text})
    run = store.create(name, config)
    run.lock.release()
    app = with_settings_of(open_page, run)
    (pad,) = (one for one in components(app) if "most" in one)
    assert pad == {"drawing": text, "most": 2_000, "colour": colours.REAL}
    assert not app.error


def test_peaks_are_a_table_for_that_target(open_page: Open) -> None:
    app, name = open_page("toy"), "toy/scalar"
    choose(app, name, "peaks")
    (table,) = app.dataframe
    assert table.value.to_numpy().tolist() == [[-2, 0.5, 1], [0, 0.25, 1], [3, 0.5, 2]]
    # What comes from elsewhere takes the place of what the table began with.
    app.session_state[f"{name}:peaks"] = "7:1:1"
    app.run()
    assert not app.exception
    (table,) = app.dataframe
    assert table.value.to_numpy().tolist() == [[7, 1, 1]]


def test_changes_of_the_table_become_text() -> None:
    rows = rows_of("-2:0.5:1, 0:0.25:1, 3:0.5:2")
    assert text_of(rows) == "-2:0.5:1, 0:0.25:1, 3:0.5:2"
    changes = {
        "edited_rows": {2: {"place": 4.5}, 0: {"weight": 9}},
        "added_rows": [{"place": 1, "width": 0.001, "weight": 2}, {}],
        "deleted_rows": [1],
    }
    text = text_of(edited(rows, changes))
    assert text == "-2:0.5:9, 4.5:0.5:2, 1:0.001:2"
    assert [peak.at for peak in parse_peaks(text)] == [-2, 4.5, 1]
    missing = text_of(edited(rows, {**changes, "edited_rows": {0: {"width": None}}}))
    assert missing.startswith("-2::1, ")
    with pytest.raises(ValueError, match="Received: '-2::1'"):
        parse_peaks(missing)
    assert rows_of(missing) == []
