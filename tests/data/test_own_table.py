"""Columns of one's own: what is read, what is refused, and how a run knows them again."""

import os
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from ganlib import recipes
from ganlib.data import table
from ganlib.data.own_table import (
    Summary,
    chosen,
    join_names,
    own_columns,
    own_table,
    parse_summary,
    split_names,
)
from ganlib.errors import ConfigError, DataError

RNG = np.random.default_rng(0)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Six rows, of which the third has no weight and the fifth no height."""
    path = tmp_path / "people.csv"
    path.write_text(
        "name,height,weight,legs\na,1,10,2\nb,2,20,2\nc,3,n/a,2\nd,4,40,2\ne,inf,50,2\nf,6,60,2\n"
    )
    return path


def written(path: Path, **columns: np.ndarray) -> Path:
    rows = np.stack(list(columns.values()), axis=1)
    lines = [",".join(columns), *(",".join(map(repr, row)) for row in rows.tolist())]
    path.write_text("\n".join(lines))
    return path


def refusal(path: Path | str, columns: str = "", count: int = 1) -> str:
    with pytest.raises(DataError) as caught:
        own_columns(str(path), columns, count)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_one_column_without_its_gaps(people: Path) -> None:
    found = own_columns(str(people), "height", 1)
    assert found.values.tolist() == [[1], [2], [3], [4], [6]]
    assert (found.names, found.rows) == (("height",), 6)
    assert found.report().sentence() == (
        "height of people.csv, your own table "
        "(1 row skipped: a value is missing or not a number): 5 of 6"
    )


def test_two_columns_have_only_whole_rows(people: Path) -> None:
    assert own_columns(str(people), "", 2).names == ("height", "weight")
    found = own_columns(str(people), "weight, height", 2)
    assert found.values.tolist() == [[10, 1], [20, 2], [40, 4], [60, 6]]
    assert found.left_out == "2 rows skipped: a value is missing or not a number"


def test_rows_that_are_drawn_stay_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 500)
    x = np.arange(2_000.0)
    y = np.where(x % 7 == 0, np.nan, 3 * x)
    np.save(tmp_path / "many.npy", np.stack([x, y], axis=1))
    found = own_columns(str(tmp_path / "many.npy"), "", 2)
    np.testing.assert_array_equal(found.values[:, 1], 3 * found.values[:, 0])
    left = len(found.values)
    assert 350 < left < 500
    assert found.left_out == (
        f"500 of 2,000 rows, drawn at random; {500 - left} rows skipped: a value is missing or "
        "not a number"
    )


def test_names_with_commas_and_quotes() -> None:
    for names in (("a", "b"), ("height, cm", "b"), ('6" pipe', "x,y"), ("ä b", "c")):
        assert tuple(split_names(join_names(names))) == names


def test_a_name_with_a_comma_needs_no_quotes_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('"height, cm", weight\n1,2\n2,3\n')
    assert chosen(own_table(str(path)), "height, cm", 1) == ("height, cm",)
    assert chosen(own_table(str(path)), 'weight,"height, cm"', 2) == ("weight", "height, cm")


def test_a_heading_of_two_lines_can_be_chosen_beside_another(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('"height\n(cm)",weight\n1,2\n2,3\n')
    found = own_columns(str(path), "", 2)
    assert found.names == ("height (cm)", "weight")
    assert own_columns(str(path), join_names(found.names), 2).names == found.names
    # A run that was created before headings were put on one line.
    assert chosen(own_table(str(path)), "height\n(cm)", 1) == ("height (cm)",)


def test_columns_that_cannot_be_learned_are_refused(people: Path, tmp_path: Path) -> None:
    assert refusal(people, "width") == (
        "people.csv has no numeric column 'width'. Allowed: height, weight, legs."
    )
    assert refusal(people, "height,weight").endswith("one name. Received: 'height,weight'.")
    assert "two names, separated by a comma. Received: 'height'" in refusal(people, "height", 2)
    (tmp_path / "few.csv").write_text("x,y\n1,\n,2\n,3\n4,\n")
    assert refusal(tmp_path / "few.csv", "x,y", 2) == (
        "Only 0 rows of few.csv have a number in x and y; at least 2 are needed."
    )
    (tmp_path / "half.csv").write_text("x\n1\nword\n")
    assert refusal(tmp_path / "half.csv") == (
        "Only 1 row of half.csv has a number in x; at least 2 are needed."
    )
    assert refusal(people, "legs").startswith("Column legs of people.csv is 2 in every row")
    assert refusal(tmp_path / "gone.csv").endswith("No such file or directory.")
    assert refusal(tmp_path).endswith("is not a file.")
    assert refusal("").endswith("Received: ''.")
    assert "such a path cannot exist" in refusal("a\0b.csv")
    one = written(tmp_path / "one.csv", x=np.arange(3.0))
    assert refusal(one, "", 2) == "one.csv has one column of numbers, x, and two are needed."


@pytest.mark.parametrize("values", [[1e300, 1.0, 2.0], [-1e31, 0.0, 1.0]])
def test_values_too_large_for_float32_are_refused(tmp_path: Path, values: list[float]) -> None:
    path = written(tmp_path / "a.csv", price=np.array(values))
    said = refusal(path, "price")
    assert said.startswith("Column price of a.csv has values as large as 1e+3")
    assert said.endswith("from -1e+30 to 1e+30 is allowed.")


def test_rounding_errors_do_not_count_as_differences(tmp_path: Path) -> None:
    noise = np.array([0.1 + 0.2, 0.3, 0.3, 0.3])
    assert "is 0.3 in every row" in refusal(written(tmp_path / "a.csv", x=noise))
    np.save(tmp_path / "b.npy", np.array([1e-40, 3e-40]))
    assert "in every row" in refusal(tmp_path / "b.npy")


@pytest.mark.parametrize(
    ("offset", "spread"), [(2_000.0, 5.0), (1e12, 3.0), (-1e15, 40.0), (0.0, 1e-12), (1e25, 1e24)]
)
def test_large_values_with_a_small_spread_keep_mean_and_sd(
    tmp_path: Path, offset: float, spread: float
) -> None:
    raw = offset + spread * RNG.normal(size=4_000)
    np.save(tmp_path / "ids.npy", raw)
    recipe = recipes.get("toy/scalar")
    config = recipe.parse({"target": "own", "own_table": str(tmp_path / "ids.npy")})
    data, scaling = recipe.load(config), recipe.scaling(config)
    # numpy's own of such values is right to five digits.
    assert config.summary.sds[0] == pytest.approx((raw - offset).std(), rel=1e-9)
    assert config.summary.means[0] - offset == pytest.approx(raw.mean() - offset, abs=0.01 * spread)
    drawn = data.take(0, 20_000)
    assert drawn.dtype == np.float64 and set(drawn.ravel()) <= set(raw)
    seen = np.asarray(scaling.to_model(tf.constant(drawn)))
    assert seen.dtype == np.float32
    assert abs(seen.mean()) < 0.05 and abs(seen.std() - 1) < 0.05
    back = scaling.to_raw(seen)
    assert back.dtype == np.float64
    # As near as float64 has numbers there.
    assert np.abs(back - drawn).max() <= max(1e-5 * spread, 2 * np.spacing(abs(offset)))
    assert recipe.evaluate(config, drawn, drawn + 0.5 * spread)["w1_over_sigma"] == pytest.approx(
        0.5 * spread / (raw - offset).std(), rel=1e-2
    )


def test_both_coordinates_are_scaled_by_their_own_sd(tmp_path: Path) -> None:
    x, y = 40 + 10 * RNG.normal(size=3_000), 50_000 + 9_000 * RNG.normal(size=3_000)
    path = written(tmp_path / "a.csv", age=x, income=y)
    recipe = recipes.get("toy/plane")
    config = recipe.parse({"target": "own", "own_table": str(path), "own_columns": "age, income"})
    drawn = recipe.load(config).take(0, 20_000)
    seen = np.asarray(recipe.scaling(config).to_model(tf.constant(drawn)))
    assert np.abs(seen.mean(axis=0)).max() < 0.05
    assert np.abs(seen.std(axis=0) - 1).max() < 0.05
    scores = recipe.evaluate(config, drawn, drawn + np.array([5.0, 0.0]))
    # Half a deviation along x, seen from 16 directions.
    expected = 0.5 * np.abs(np.cos(np.pi * np.arange(16) / 16)).mean()
    assert scores["sliced_w1_over_sigma"] == pytest.approx(expected, rel=0.05)
    # Two real samples of 20,000.
    assert 0.005 < scores["sliced_w1_floor"] < 0.05


def settings(people: Path, **more: str) -> dict[str, str]:
    return {"target": "own", "own_table": str(people), "own_columns": "height", **more}


def test_a_config_keeps_the_absolute_path_and_the_moments(
    people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(people.parent)
    recipe = recipes.get("toy/scalar")
    config = recipe.parse({"target": "own", "own_table": "people.csv"})
    assert (config.own_table, config.own_columns) == (str(people), "height")
    assert config.summary.means == (3.2,)
    assert recipe.parse(config.model_dump()) == config


def test_a_changed_or_missing_file_cannot_be_loaded_but_the_run_can_be_scored(people: Path) -> None:
    recipe = recipes.get("toy/scalar")
    config = recipe.parse(settings(people))
    content = people.read_bytes()
    people.write_bytes(content.replace(b"a,1,", b"a,7,"))
    os.utime(people, ns=(1, 1))
    again = recipe.parse(config.model_dump())
    with pytest.raises(DataError, match=r"people\.csv has changed since these settings"):
        recipe.load(again)
    with pytest.raises(DataError, match="has changed"):
        recipe.data_sentence(again)
    people.unlink()
    again = recipe.parse(config.model_dump())
    with pytest.raises(DataError, match=r"people\.csv cannot be read: No such file"):
        recipe.load(again)
    # A generator can still be asked, and scored.
    assert recipe.scaling(again) == recipe.scaling(config)
    sample = np.ones((5, 1))
    assert recipe.evaluate(again, sample, sample)["w1_over_sigma"] == 0
    people.write_bytes(content)
    os.utime(people, ns=(2, 2))
    assert recipe.load(again).report.count == 5


def test_new_settings_with_a_bad_table_are_refused_in_a_sentence(people: Path) -> None:
    recipe = recipes.get("toy/scalar")
    for values, said in (
        ({"target": "own"}, "own_table must be the path of a file (csv"),
        (settings(people, own_columns="width"), "Allowed: height, weight, legs."),
        (settings(people, own_table="/nowhere/a.csv"), "No such file"),
        (settings(people, own_summary="mine"), "own_summary is filled in automatically"),
    ):
        with pytest.raises(ConfigError) as caught:
            recipe.parse(values)
        assert said in str(caught.value) and "\n" not in str(caught.value)
    # For another target nobody looks.
    assert recipe.parse(settings(Path("/nowhere"), target="die")).own_summary == ""


def test_a_file_is_read_once_until_it_changes(
    people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = own_columns(str(people), "height", 1)
    monkeypatch.setattr("ganlib.data.own_table.read_table", None)
    assert own_columns(str(people), "height", 1) is first
    monkeypatch.undo()
    os.utime(people, ns=(5, 5))
    second = own_columns(str(people), "height", 1)
    assert second is not first and second.summary == first.summary


def test_a_summary_as_text() -> None:
    one = Summary("0123456789abcdef01234567", (1e12, -0.1), (3.0, 1e-5))
    assert parse_summary(one.text(), 2) == one
    for text in (one.text()[1:], one.text().replace("3.0", "0.0"), one.text() + " nan:1", "x" * 99):
        with pytest.raises(ValueError, match="must be left empty"):
            parse_summary(text, 2)
    with pytest.raises(ValueError, match="must be left empty"):
        parse_summary(one.text(), 1)
