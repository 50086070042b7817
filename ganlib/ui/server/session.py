"""Which run each page shows, in this browser session and in the address bar."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.ui.form.config_form import fill_form
from ganlib.ui.server.services import manager

# Session state: the id of the run that stands beside one in the plane; "" for none.
BESIDE = "samples.beside"
# The id of the run that was started here last, and when.
_STARTED = "started"
# Small networks make their first step within a third of a second.
_AT_START_S = 0.5


def recipe_key(page: str) -> str:
    """Session state key of the recipe picker of a page."""
    return f"{page}.recipe"


def select(recipe_name: str, run_id: str) -> None:
    """Makes a run the one that its page shows."""
    recipe = recipes.get(recipe_name)
    st.session_state[recipe_key(recipe.page)] = recipe.name
    st.session_state[_run_key(recipe.name)] = run_id


def names_of(*run_ids: str) -> dict[str, str]:
    """Runs' names by id, for sentences about them; without those that are gone."""
    names = {}
    for run_id in run_ids:
        with suppress(UserError):
            names[run_id] = manager().store.open(run_id).label().name
    return names


def is_shown(recipe: Recipe, run_id: str) -> bool:
    """Whether the page of a recipe shows this run; "" asks whether it shows none."""
    return bool(st.session_state.get(_run_key(recipe.name), "") == run_id)


def turn_to(recipe: Recipe, run_id: str) -> None:
    """Has the page on view show a run, and its address name it at once.

    From a callback the browser hears of the address before anything is drawn, so that whoever
    reloads the page meanwhile comes back to the run.
    """
    select(recipe.name, run_id)
    _put_into_address(recipe, run_id)


def note_start(run_id: str) -> None:
    """Remembers that a run was started here, now, and waits a moment for its first step.

    A page that has the first point at once is there sooner than one that is drawn three times
    meanwhile: waiting, building, trained.
    """
    st.session_state[_STARTED] = run_id, time.monotonic()
    wait_for_first_step(manager().store.open(run_id), _AT_START_S)


def started_within(seconds: float, run_id: str) -> bool:
    """Whether a run was started here, and last, no longer ago than that."""
    started, at = st.session_state.get(_STARTED, ("", 0.0))
    return bool(started == run_id and time.monotonic() < at + seconds)


def wait_for_first_step(run: Run, seconds: float) -> None:
    """Returns as soon as a run has made a step, and at once where it has none to make now."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and waits_for_first_step(run):
        time.sleep(0.02)


def waits_for_first_step(run: Run) -> bool:
    """Whether a run of this server is at work on its first step, or on what comes before it."""
    if run.id not in manager().active()[: manager().cap]:
        return False
    status = run.status()
    return status.active and not status.step


def adopt_address(page: str) -> str | None:
    """Turns to the runs that the address names, or else to one that trains now.

    Returns:
        A sentence where the address names no run of this page, or none that can stand beside
        it; None otherwise.
    """
    run_id = st.query_params.get("run")
    if run_id and st.session_state.get("adopted") != (page, run_id):
        st.session_state["adopted"] = (page, run_id)
        try:
            run = manager().store.open(run_id)
            run.status()  # that of a later version cannot be shown
            if recipes.get(run.recipe).page != page:
                return f"Run {run_id} belongs to another page. Open it from the Runs page."
        except UserError as error:
            return str(error)
        _adopt(run)
        return _adopt_beside(st.query_params.get("beside", ""))
    elif recipe_key(page) not in st.session_state:
        _adopt_active(page)
    return None


def shown_run(recipe: Recipe) -> Run | None:
    """The run of this recipe that the session shows, and the address with it."""
    run_id = st.session_state.get(_run_key(recipe.name))
    run = None
    if run_id:
        try:
            run = manager().store.open(run_id)
            run.status()
        except UserError:
            run = None
            del st.session_state[_run_key(recipe.name)]
    if run is None or recipe.kind != "plane":
        st.query_params.pop("beside", None)
    if run is None:
        st.query_params.pop("run", None)
    else:
        _put_into_address(recipe, run.id)
    return run


@contextmanager
def anew_where_gone(run: Run | None) -> Iterator[None]:
    """Has the page run anew where somebody deletes the run while it is being drawn.

    Args:
        run: the run on view; None where there is none.
    """
    try:
        yield
    except (UserError, OSError):
        if run is None or run.path.is_dir():
            raise
        st.rerun()


def _put_into_address(recipe: Recipe, run_id: str) -> None:
    if st.query_params.get("run") != run_id:
        st.query_params["run"] = run_id
        # The session has it already, and need not turn to it.
        st.session_state["adopted"] = (recipe.page, run_id)


def _adopt_active(page: str) -> None:
    for run_id in manager().active():
        run = manager().store.open(run_id)
        if recipes.get(run.recipe).page == page:
            _adopt(run)
            return


def _adopt(run: Run) -> None:
    """Shows a run that was not started here, with its settings in the form."""
    select(run.recipe, run.id)
    fill_form(recipes.get(run.recipe), run.config)


def _adopt_beside(run_id: str) -> str | None:
    """Puts a run beside the one on view; a sentence where it cannot stand there."""
    if not run_id:
        return None
    try:
        run = manager().store.open(run_id)
        run.status()
        if recipes.get(run.recipe).kind != "plane":
            return f"Run {run_id} does not generate points, so it cannot be compared with this one."
    except UserError as error:
        return str(error)
    st.session_state[BESIDE] = run_id
    return None


def _run_key(recipe_name: str) -> str:
    return f"run.{recipe_name}"
