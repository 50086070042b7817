"""Every page against every condition of the store."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.runs import Run, RunStore
from ganlib.runs.mailbox import Mailbox
from ganlib.ui.pages import PAGES
from tests.support import APP, stored_runs

SOME_PAGES = ["home", "toy", "mnist", "runs"]
# A run of each kind on its own page, and on those that list all.
PAGES_AND_RECIPES = [
    ("home", "toy/scalar"),
    ("toy", "toy/scalar"),
    ("mnist", "mnist/dcgan"),
    ("runs", "mnist/dcgan"),
]
Open = Callable[..., AppTest]


def texts(app: AppTest) -> str:
    """Everything on the page that is said in words."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption)
    kinds += (app.error, app.warning, app.info)
    return "\n".join(element.value for kind in kinds for element in kind)


def test_every_file_is_a_page_and_every_card_has_its_picture() -> None:
    assert sorted(page.name for page in PAGES) == sorted(
        path.stem for path in APP.parent.glob("pages/*.py")
    )
    pictures = APP.parent / "ganlib/ui/pictures"
    assert {page.name for page in PAGES if page.summary} == {
        path.stem for path in pictures.glob("*.png")
    }


@pytest.fixture
def kept() -> Iterator[ExitStack]:
    """Keeps runs alive until the test ends."""
    with ExitStack() as stack:
        yield stack


def shown_run(app: AppTest) -> str | None:
    return app.query_params.get("run")


@pytest.mark.parametrize("page", SOME_PAGES)
def test_empty_store(page: str, open_page: Open) -> None:
    app = open_page(page)
    assert not app.error
    assert not app.warning
    if page == "home":
        assert "Nothing is running." in texts(app)
    elif page == "runs":
        assert [box.value for box in app.info] == ["No runs yet. Start one on any training page."]
    else:
        assert not app.button(key="start").disabled


@pytest.mark.parametrize(("page", "recipe"), PAGES_AND_RECIPES)
def test_a_run_that_another_process_trains(
    page: str, recipe: str, open_page: Open, store: RunStore, kept: ExitStack
) -> None:
    kept.enter_context(stored_runs.training(store, recipe, steps=100))
    run = stored_runs.newest(store)
    on_its_page = recipes.get(recipe).page == page
    app = open_page(page, **({"run": run.id} if on_its_page else {}))
    assert not app.error
    assert not app.warning
    if on_its_page:
        assert shown_run(app) == run.id
        assert "step 20 of 100" in texts(app)
        assert "This run belongs to another process." in texts(app)
        app.button(key="pause").click().run()
        app.button(key="stop").click().run()
        assert not app.error
        assert Mailbox(run.path).take() == ["pause", "stop"]
    if page == "runs":
        table = app.dataframe[0].value
        assert table["State"].tolist() == ["Running"]
        assert table["Steps"].tolist() == ["20 of 100"]
        # The process that trains it is asked.
        assert {"Control", "Stop"} <= set(table)


@pytest.mark.parametrize("page", SOME_PAGES)
def test_a_paused_run(page: str, open_page: Open, store: RunStore, kept: ExitStack) -> None:
    writer = kept.enter_context(stored_runs.training(store))
    writer.write_status("paused", state="paused")
    run = stored_runs.newest(store)
    app = open_page(page, **({"run": run.id} if page == "toy" else {}))
    assert not app.error
    if page == "toy":
        assert "Paused" in texts(app)
        app.button(key="resume").click().run()
        assert Mailbox(run.path).take() == ["unpause"]
    if page == "runs":
        assert app.dataframe[0].value["State"].tolist() == ["Paused"]


@pytest.mark.parametrize(("page", "recipe"), PAGES_AND_RECIPES)
def test_a_failed_run(page: str, recipe: str, open_page: Open, store: RunStore) -> None:
    run = stored_runs.failed(store, recipe)
    on_its_page = recipes.get(recipe).page == page
    app = open_page(page, **({"run": run.id} if on_its_page else {}))
    if on_its_page:
        assert [box.value.replace("\\", "") for box in app.error] == [
            "Training diverged: generator loss was no longer a finite number at step 21. "
            "Lower learning rates or a gradient clip often help."
        ]
        assert not app.button(key="resume").disabled
        assert "stop" not in [button.key for button in app.button]
    else:
        assert not app.error


@pytest.mark.parametrize("recipe", ["toy/scalar", "mnist/dcgan"])
def test_a_checkpoint_that_fits_no_generator(recipe: str, open_page: Open, store: RunStore) -> None:
    run = stored_runs.finished(store, recipe)
    app = open_page(recipes.get(recipe).page, run=run.id)
    assert "Finished" in texts(app)
    assert not app.error
    app.button(key="generate").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert "does not fit the generator" in app.error[0].value


@pytest.mark.parametrize("page", SOME_PAGES)
def test_a_folder_that_is_no_run(page: str, open_page: Open, store: RunStore) -> None:
    run = stored_runs.failed(store)
    (run.path / "journal.jsonl").write_text("no JSON at all")
    app = open_page(page, **({"run": run.id} if page == "toy" else {}))
    assert not app.error
    warned = [f"{run.id}/journal.jsonl is damaged."]
    if page == "runs":
        warned = ["1 run cannot be read. Select a damaged run to see why, or to delete it."]
        assert app.dataframe[0].value["Note"].tolist() == [f"{run.id}/journal.jsonl is damaged."]
    assert [box.value for box in app.warning] == (warned if page in ("toy", "runs") else [])


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("journal.jsonl", "toy/scalar"),
        ("label.json", "toy/scalar"),
        ("samples/real.npz", "toy/scalar"),
        ("samples/00000020.npz", "mnist/dcgan"),
        ("checkpoints/00000020.npz", "toy/scalar"),
    ],
)
def test_a_damaged_file_of_a_run(name: str, recipe: str, open_page: Open, store: RunStore) -> None:
    run = stored_runs.finished(store, recipe)
    stored_runs.damage(run.path / name)
    app = open_page(recipes.get(recipe).page, run=run.id)
    assert run.id in app.query_params["run"], "the page does not show the run any more"
    open_page("runs")
    open_page("home")


def test_beside_a_step_that_cannot_be_read_another_can_be_chosen(
    open_page: Open, store: RunStore
) -> None:
    run = stored_runs.finished(store)
    stored_runs.damage(run.path / "samples" / "00000020.npz")
    app = open_page("toy", run=run.id)
    assert "00000020.npz is damaged" in texts(app)
    app.session_state[f"{run.id}.time"] = 0
    app.run()
    assert "is damaged" not in texts(app)


def test_a_line_of_the_journal_that_cannot_be_read(open_page: Open, store: RunStore) -> None:
    run = stored_runs.finished(store)
    path = run.path / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"first_step": 1,', b'"first_step": 7,'))
    app = open_page("toy", run=run.id)
    assert [box.value for box in app.warning] == [
        "1 line of journal.jsonl between step 0 and step 20 cannot be read."
    ]
    assert len(run.history()) == 10
    open_page("runs")


def test_a_run_of_a_recipe_that_is_gone(open_page: Open, store: RunStore) -> None:
    run = store.create("toy/forgotten", recipes.get("toy/scalar").parse({}))
    run.lock.release()
    for page in SOME_PAGES:
        open_page(page)
    app = open_page("toy", run=run.id)
    assert [box.value[:35] for box in app.warning] == ["There is no recipe 'toy/forgotten'."]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("20200101-0000-000000000000", "Run 20200101-0000-000000000000 does not exist."),
        ("../../etc/passwd", "A run id is a date, a time and 12 letters or digits"),
        ("<b>bold</b>", "A run id is a date, a time and 12 letters or digits"),
        ("x" * 5_000, "A run id is a date, a time and 12 letters or digits"),
    ],
)
def test_an_address_that_names_no_run(address: str, sentence: str, open_page: Open) -> None:
    app = open_page("toy", run=address)
    assert len(app.warning) == 1
    assert app.warning[0].value.startswith(sentence)
    assert len(app.warning[0].value) < 300
    assert not app.button(key="start").disabled
    assert shown_run(app) is None


def test_an_address_of_another_pages_run_opens_that_page(open_page: Open, store: RunStore) -> None:
    run = stored_runs.failed(store, "mnist/dcgan")
    app = open_page("toy", run=run.id)
    assert not app.warning
    assert "Failed" in texts(app)
    assert shown_run(app) == run.id


def test_a_run_that_is_deleted_while_it_is_on_view(open_page: Open, store: RunStore) -> None:
    run = stored_runs.failed(store)
    app = open_page("toy", run=run.id)
    store.delete(run.id)
    app.run()
    assert not app.exception
    assert not app.error
    assert shown_run(app) is None


@pytest.mark.parametrize("reads", [1, 2, 4, 7])
def test_a_run_that_ends_while_its_page_is_drawn(
    reads: int, open_page: Open, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stored_runs.failed(store)
    ended = run.status()
    active = replace(ended, state="running", message="", ended="")
    answers = iter([active] * reads)
    monkeypatch.setattr(Run, "status", lambda self: next(answers, ended))
    app = open_page("toy", run=run.id)
    # All parts of the page must have heard of it, or none: then its timer brings the news.
    knows = "Failed" in texts(app)
    assert knows or reads > 1
    assert ("Running" in texts(app)) != knows
    assert ("resume" in [button.key for button in app.button]) == knows


def test_the_table_of_runs(open_page: Open, store: RunStore) -> None:
    run = stored_runs.failed(store)
    store.rename(run.id, "First try")
    store.annotate(run.id, "too fast")
    other = stored_runs.finished(store, "mnist/dcgan")
    table = open_page("runs").dataframe[0].value.set_index("Recipe")
    assert list(table.index) == ["DCGAN", "One number at a time"]
    assert table["Name"].tolist() == [other.label().name, "First try"]
    assert table["State"].tolist() == ["Finished", "Failed"]
    assert table["Note"].fillna("").tolist() == ["", "too fast"]
    assert table["Best step"].tolist() == [20, 20]
    assert table["Steps"].tolist() == ["20 of 20", f"20 of {run.values['steps']:,}"]
    assert table["Samples"].str.startswith("data:image/png;base64,").all()


def test_any_page_may_be_the_first_that_a_server_is_asked_for(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []
    monkeypatch.setattr("ganlib.ui.start", lambda: ran.append("app.py"))
    monkeypatch.setattr("ganlib.ui._compat._app_has_run", threading.Event())
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.switch_page("pages/runs.py").run()
    assert not app.exception
    assert ran == ["app.py"]
    assert PagesManager.uses_pages_directory is False
