"""The page that compares runs: what the address restores, and what it shows of the runs."""

import html
import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ganlib.events import Change, Finished, Metrics, Samples
from ganlib.runs import Run, RunStore
from ganlib.runs.journal import TooNewError
from ganlib.ui.compare import page
from ganlib.ui.compare.chosen import chosen_now
from tests.support import drawn, stored_runs

Open = Callable[..., AppTest]
SCORE = "w1_over_sigma"


def trained(store: RunStore, offset: float = 0.0, steps: int = 40, **knobs: object) -> Run:
    """A finished run of numbers whose generator's loss at step s is s + 1 / 8 + offset.

    It has samples every tenth step. Its quality at step s is (s - 20)^2 + 1 + offset.
    """
    real = stored_runs.samples_of("toy/scalar", 0).fixed
    events: list[Metrics | Samples | Finished] = []
    for step in range(0, steps + 1, 10):
        if step:
            rows = stored_runs.rows(step - 9, step) + np.float32(offset)
            events.append(Metrics(step - 9, rows, step * (1.0 + offset)))
        scores = {SCORE: (step - 20) ** 2 + 1 + offset}
        values = stored_runs.samples_of("toy/scalar", step).fixed
        views = {"scores_real": values[:, 0], "scores_generated": values[:, 0] - 1}
        events.append(Samples(step, values, values + 1, values - 1, views, scores))
    events.append(Finished(steps, "0" * 64, {}))
    return stored_runs.written(store, "toy/scalar", real, *events, steps=steps, **knobs)


def charts(app: AppTest) -> dict[str, dict]:
    return {chart["key"]: chart for chart in drawn.charts(app)}


def traces(app: AppTest, metric: str = "Losses: generator") -> dict[str, dict]:
    return {one["name"]: one for one in charts(app)[f"compare.{metric}"]["figure"]["data"]}


def tables(app: AppTest) -> list[list[list[str]]]:
    """Rows and cells of the tables that are HTML."""
    found = []
    for part in app.get("html"):
        rows = re.findall(r"<tr>(.*?)</tr>", part.proto.body)
        cells = [re.findall(r"<t[hd]>(.*?)</t[hd]>", row) for row in rows]
        if cells:
            text = [[html.unescape(re.sub("<.*?>", "", one)) for one in row] for row in cells]
            found.append(text)
    return found


def captions(app: AppTest) -> list[str]:
    """The step under the name of each run."""
    texts = [part.value for part in app.markdown if ":small[" in part.value]
    return [re.search(r":small\[(.*?)( ·|\])", text)[1] for text in texts]


@pytest.fixture
def pair(store: RunStore) -> list[str]:
    """Two runs; the second one takes twice as long, and is half as long."""
    first = trained(store, seed=1)
    second = trained(store, offset=1.0, steps=20, seed=2)
    store.rename(first.id, "slow <b>")
    store.rename(second.id, "fast")
    return [first.id, second.id]


def test_without_runs_it_offers_the_newest_of_a_page(store: RunStore, open_page: Open) -> None:
    app = open_page("compare")
    assert "Compare runs side by side" in app.info[0].value
    assert not app.button
    ids = [trained(store, seed=seed).id for seed in range(4)]
    app = open_page("compare")
    assert [button.label for button in app.button] == ["Toy: newest 3 runs"]
    app.button(key="compare.newest.toy").click().run()
    assert not app.exception
    assert app.query_params["runs"] == [one.id for one in store.list()][:3]
    assert set(app.multiselect(key="runs").value) < set(ids)
    assert len(captions(app)) == 3


def test_the_address_restores_every_choice(pair: list[str], open_page: Open) -> None:
    app = open_page("compare", runs=pair)
    app.multiselect(key="metrics").set_value(["Accuracy: real"])
    app.segmented_control(key="align").set_value("Best step")
    app.segmented_control(key="axis").set_value("Samples seen")
    app.segmented_control(key="layout").set_value("Small multiples")
    app.segmented_control(key="quantity").set_value("Discriminator's scores")
    app.selectbox(key="group").set_value("All settings except the seed")
    app.slider(key="smoothing").set_value(0.0)
    app.toggle(key="log").set_value(True)
    app.run()
    assert not app.exception
    # The browser writes these into the address.
    address = {
        "metrics": "Accuracy: real",
        "align": "Best step",
        "axis": "Samples seen",
        "layout": "Small multiples",
        "quantity": "Discriminator's scores",
        "group": "All settings except the seed",
        "smoothing": "0.0",
        "log": "true",
    }
    other = open_page("compare", runs=pair, **address)
    assert drawn.charts(other) == drawn.charts(app)
    assert tables(other) == tables(app)
    assert captions(other) == captions(app)
    assert drawn.charts(other) != drawn.charts(open_page("compare", runs=pair))


def test_choosing_runs_changes_the_address(pair: list[str], open_page: Open) -> None:
    app = open_page("compare", runs=pair)
    app.multiselect(key="runs").set_value(pair[1:]).run()
    assert app.query_params["runs"] == pair[1]
    assert len(captions(app)) == 1
    # And the address changes the choice, as the browser's Back does.
    app.query_params["runs"] = pair
    app.run()
    assert app.multiselect(key="runs").value == pair


@pytest.mark.parametrize(
    "unknown", ["20200101-0000-000000000000", "../../etc/passwd", "<b>*bold*</b>"]
)
def test_a_run_that_does_not_exist_is_one_sentence(
    unknown: str, pair: list[str], open_page: Open
) -> None:
    app = open_page("compare", runs=[pair[0], unknown])
    (warning,) = app.warning
    assert (
        warning.value.replace("\\", "") == f"This run is deleted, damaged or unknown: '{unknown}'."
    )
    assert app.multiselect(key="runs").value == pair[:1]
    assert len(captions(app)) == 1


def test_a_run_that_is_deleted_meanwhile(store: RunStore, pair: list[str], open_page: Open) -> None:
    app = open_page("compare", runs=pair)
    store.delete(pair[0])
    app.run()
    assert not app.exception
    assert pair[0] in app.warning[0].value
    assert len(captions(app)) == 1


@pytest.mark.parametrize("left", [0, 1])
def test_runs_that_are_deleted_before_a_refresh(
    left: int,
    store: RunStore,
    pair: list[str],
    open_page: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = pair[left:]

    def chosen_then_deleted(runs: list[Run]) -> object:
        found = chosen_now(runs)
        while gone:
            store.delete(gone.pop())
        return found

    monkeypatch.setattr(page, "chosen_now", chosen_then_deleted)
    app = open_page("compare", runs=pair)
    assert len(captions(app)) == left
    assert all(run_id in app.warning[0].value for run_id in pair[left:])


def test_a_run_whose_journal_is_of_a_later_version(
    store: RunStore, pair: list[str], open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Run.record

    def refused(run: Run) -> object:
        if run.id == pair[0]:
            raise TooNewError("The run is of a later version.")
        return record(run)

    monkeypatch.setattr(Run, "record", refused)
    app = open_page("compare", runs=pair)
    assert pair[0] in app.warning[0].value
    assert len(captions(app)) == 1
    assert "Compare runs side by side" in open_page("compare", runs=pair[:1]).info[0].value


def test_two_runs_of_an_old_link_are_compared(pair: list[str], open_page: Open) -> None:
    app = open_page("toy", run=pair[0], beside=pair[1])
    assert app.query_params["runs"] == pair
    assert app.multiselect(key="runs").value == pair


def test_curves_have_the_values_and_names_of_the_runs(pair: list[str], open_page: Open) -> None:
    app = open_page("compare", runs=pair, smoothing="0.0")
    found = traces(app)
    assert list(found) == ["slow &lt;b&gt;", "fast"]
    first, second = found.values()
    steps = np.arange(1, 41)
    np.testing.assert_array_equal(drawn_array(first["x"]), steps)
    np.testing.assert_allclose(drawn_array(first["y"]), steps + 1 / 8)
    np.testing.assert_allclose(drawn_array(second["y"]), steps[:20] + 1 / 8 + 1)
    assert first["line"]["color"] != second["line"]["color"]
    assert first["line"]["dash"] != second["line"]["dash"]


@pytest.mark.parametrize(
    ("axis", "expected"),
    [("Seconds", lambda steps, config: 2.0 * steps), ("Samples seen", lambda s, c: s * c)],
)
def test_other_horizontal_axes(
    axis: str, expected: Callable, store: RunStore, pair: list[str], open_page: Open
) -> None:
    app = open_page("compare", runs=pair, axis=axis)
    size = store.open(pair[1]).values["batch_size"]
    np.testing.assert_allclose(
        drawn_array(traces(app)["fast"]["x"]), expected(np.arange(1.0, 21.0), size), rtol=1e-6
    )


def test_samples_seen_are_those_of_every_update_of_the_discriminator(
    store: RunStore, open_page: Open
) -> None:
    real = stored_runs.samples_of("toy/scalar", 0).fixed
    changed = Change(10, {"discriminator_steps": 3})
    rows = [Metrics(1, stored_runs.rows(1, 10), 1.0), Metrics(11, stored_runs.rows(11, 20), 2.0)]
    knobs = {"steps": 20, "discriminator_steps": 2, "batch_size": 16}
    ended = Finished(20, "0" * 64, {})
    run = stored_runs.written(store, "toy/scalar", real, rows[0], changed, rows[1], ended, **knobs)
    app = open_page("compare", runs=[run.id], axis="Samples seen", metrics="Losses: generator")
    [line] = traces(app).values()
    expected = np.cumsum([2 * 16] * 10 + [3 * 16] * 10)
    np.testing.assert_allclose(drawn_array(line["x"]), expected, rtol=1e-6)


def test_small_multiples_share_their_axes(pair: list[str], open_page: Open) -> None:
    app = open_page("compare", runs=pair, layout="Small multiples")
    found = [charts(app)[f"compare.Losses: generator.{at}"] for at in range(2)]
    assert [len(one["figure"]["data"]) for one in found] == [1, 1]
    assert found[0]["link"] == found[1]["link"] != ""
    for name in ("xaxis", "yaxis"):
        ranges = [one["figure"]["layout"][name]["range"] for one in found]
        assert ranges[0] == ranges[1]


def test_groups_are_drawn_as_their_mean_with_a_band(store: RunStore, open_page: Open) -> None:
    offsets = [0.0, 1.0, 5.0]
    ids = [trained(store, offset, seed=seed).id for seed, offset in enumerate(offsets)]
    other = trained(store, batch_size=32)
    app = open_page(
        "compare", runs=[*ids, other.id], group="All settings except the seed", smoothing="0.0"
    )
    parts = charts(app)["compare.Losses: generator"]["figure"]["data"]
    band, mean, alone = parts
    assert mean["name"].endswith("(3 runs)")
    assert alone["name"] == "batch size 32 (1 run)"
    curves = np.array([np.arange(1, 41) + 1 / 8 + offset for offset in offsets])
    np.testing.assert_allclose(drawn_array(mean["y"]), curves.mean(axis=0), rtol=1e-6)
    spread = curves.std(axis=0, ddof=1)
    high, low = np.split(drawn_array(band["y"]), 2)
    np.testing.assert_allclose(high, curves.mean(axis=0) + spread, rtol=1e-6)
    np.testing.assert_allclose(low[::-1], curves.mean(axis=0) - spread, rtol=1e-6)
    (head, row, _), *_ = tables(app)
    assert row[head.index("Best")] == f"{np.mean(offsets) + 1:.3g} ± {np.std(offsets, ddof=1):.3g}"


def test_scores_of_each_run(pair: list[str], open_page: Open) -> None:
    (head, first, second), *_ = tables(open_page("compare", runs=pair))
    assert first[0] == "slow <b>"
    row = dict(zip(head, first, strict=True))
    assert row["Best"] == "1"
    assert row["At step"] == "20"
    assert row["Last"] == "401"
    assert row["Range at the end"] == "1 to 401"
    assert dict(zip(head, second, strict=True))["Last"] == "2"


@pytest.mark.parametrize(
    ("alignment", "step", "expected"),
    [
        ("Same step", None, ["Step 40", "Step 20, its last"]),
        ("Same step", 10, ["Step 10", "Step 10"]),
        # The second run takes twice as long for a step.
        ("Same time", 30, ["Step 30", "Step 10"]),
        ("Best step", None, ["Step 20", "Step 20"]),
    ],
)
def test_samples_are_aligned(
    alignment: str, step: int | None, expected: list[str], pair: list[str], open_page: Open
) -> None:
    query = {} if step is None else {"at": str(step)}
    app = open_page("compare", runs=pair, align=alignment, **query)
    assert captions(app) == expected


@pytest.mark.parametrize("opened", ["suggestion", "selection"])
def test_another_comparison_begins_at_the_newest_step(
    opened: str, store: RunStore, pair: list[str], open_page: Open
) -> None:
    if opened == "suggestion":
        app = open_page("compare")
        app.session_state["compare.slider"] = 10
        app.button(key="compare.newest.toy").click().run()
    else:
        app = open_page("runs")
        app.session_state["compare.slider"] = 10
        app.session_state["runs.chosen"] = pair
        app.run()
        app.button(key="compare").click().run()
    assert not app.exception
    assert captions(app) == ["Step 40", "Step 20, its last"][:: 1 if opened == "selection" else -1]


def test_the_shared_address_has_the_step(pair: list[str], open_page: Open) -> None:
    app = open_page("compare", runs=pair)
    assert "at=" not in app.code[0].value
    app.session_state["compare.slider"] = 10
    app.run()
    assert app.code[0].value.endswith(f"runs={pair[0]}&runs={pair[1]}&at=10")


def test_only_settings_that_differ_are_listed(store: RunStore, open_page: Open) -> None:
    first, second = trained(store, seed=1), trained(store, seed=2, batch_size=32)
    store.rename(first.id, "one")
    store.rename(second.id, "two")
    app = open_page("compare", runs=[first.id, second.id])
    table = app.dataframe[0].value
    assert table.set_index("Setting").to_dict("index") == {
        "Batch size": {"one": str(first.values["batch_size"]), "two": "32"},
        "Seed": {"one": "1", "two": "2"},
    }
    app = open_page("compare", runs=[first.id])
    assert "All settings are the same." in [part.value for part in app.caption]


def test_lists_and_paths_are_listed_as_they_were_typed(store: RunStore, open_page: Open) -> None:
    given = [{"categories": ("ant", "bear")}, {"own_file": "my_big_drawings.npy"}]
    runs = [stored_runs.create(store, "quickdraw/conv", **values) for values in given]
    for run in runs:
        run.lock.release()
    table = open_page("compare", runs=[run.id for run in runs]).dataframe[0].value
    texts = {row[0]: set(row[1:]) for row in table.itertuples(index=False)}
    assert "ant, bear" in texts["Categories"]
    assert "my_big_drawings.npy" in texts["Own file"]


def test_long_settings_that_begin_alike_are_other_groups(store: RunStore, open_page: Open) -> None:
    start = " ".join(f"{at / 100:.2f},0.5" for at in range(20))
    drawings = [f"{start} 0.5,0.1", f"{start} 0.5,0.2", f"{start} 0.5,0.2"]
    ids = []
    for seed, drawing in enumerate(drawings):
        knobs = {"target": "drawn", "drawing": drawing, "seed": seed}
        run = stored_runs.create(store, "toy/plane", **knobs)
        run.lock.release()
        ids.append(run.id)
    app = open_page("compare", runs=ids, group="All settings except the seed")
    names = [row[0] for row in tables(app)[0][1:]]
    assert [name[name.index("… (") :] for name in names] == ["… (1 run)", "… (2 runs)"]


def test_changes_during_training_are_listed(store: RunStore, open_page: Open) -> None:
    ids = []
    for rate in (None, 0.5):
        with stored_runs.training(store, steps=stored_runs.STEP) as writer:
            if rate:
                writer.write(Change(stored_runs.STEP, {"generator_learning_rate": rate}))
            writer.end("finished")
        ids.append(stored_runs.newest(store).id)
    table = open_page("compare", runs=ids).dataframe[0].value.set_index("Setting")
    assert table.loc["Changed during training"].tolist() == [
        "-",
        "generator learning rate 0.5 after step 20",
    ]


def test_distributions_of_all_runs_on_one_axis(pair: list[str], open_page: Open) -> None:
    app = open_page("compare", runs=pair)
    names = [one["name"] for one in charts(app)["compare.densities"]["figure"]["data"]]
    assert names == ["real", "slow &lt;b&gt;", "fast"]
    head, *rows = tables(app)[-1]
    assert [row[:2] for row in rows] == [["slow <b>", "40"], ["fast", "20"]]
    assert head[2] == "Wasserstein-1"


@pytest.mark.parametrize("recipe", ["mnist/dcgan", "toy/plane", "toy/gaussian-vector"])
def test_samples_of_every_kind(recipe: str, store: RunStore, open_page: Open) -> None:
    ids = [stored_runs.finished(store, recipe).id, stored_runs.finished(store).id]
    app = open_page("compare", runs=ids)
    assert captions(app) == ["Step 20", "Step 20"]
    assert not app.error
    grids = [
        part for part in app.get("bidi_component") if part.proto.component_name == "ganlib_grid"
    ]
    assert len(grids) == (recipe == "mnist/dcgan")


def test_a_run_without_samples(store: RunStore, open_page: Open) -> None:
    queued = stored_runs.create(store)
    app = open_page("compare", runs=[queued.id, stored_runs.finished(store).id])
    assert captions(app) == ["No samples yet", "Step 20"]
    assert not app.error
    app = open_page("compare", runs=[queued.id])
    assert not app.error
    assert captions(app) == ["No samples yet"]


def test_a_damaged_sample_is_one_sentence(store: RunStore, open_page: Open) -> None:
    run = stored_runs.finished(store)
    stored_runs.damage(run.path / "samples" / "00000020.npz")
    app = open_page("compare", runs=[run.id])
    assert {error.value for error in app.error} == {"samples/00000020.npz is damaged."}


def drawn_array(packed: dict) -> np.ndarray:
    """Decodes an array as plotly.js does."""
    import base64

    return np.frombuffer(base64.b64decode(packed["bdata"]), f"<{packed['dtype']}")
