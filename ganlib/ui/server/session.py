"""The run that each page shows, in the session state and in the address bar."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.ui.form.config_form import fill_form
from ganlib.ui.server.server import manager

# Session state key of the id of the run that the shown run of points is compared with; "" for none.
COMPARED_RUN = "samples.beside"
# Session state key of the last run started in this session: its id and the time.
_STARTED = "started"
# Small networks finish their first step within a third of a second.
_AT_START_S = 0.5


def recipe_key(page: str) -> str:
    """Returns the session state key of the recipe picker of a page."""
    return f"{page}.recipe"


def select(recipe_name: str, run_id: str) -> None:
    """Makes the page of a recipe show a run.

    Args:
        recipe_name: of the run.
        run_id: its id.
    """
    recipe = recipes.get(recipe_name)
    st.session_state[recipe_key(recipe.page)] = recipe.name
    st.session_state[_run_key(recipe.name)] = run_id


def run_names(*run_ids: str) -> dict[str, str]:
    """Returns names of runs by id, for messages. Deleted runs are left out."""
    names = {}
    for run_id in run_ids:
        with suppress(UserError):
            names[run_id] = manager().store.open(run_id).label().name
    return names


def is_shown(recipe: Recipe, run_id: str) -> bool:
    """Returns whether the page of a recipe shows a run.

    Args:
        recipe: of the page.
        run_id: of the run; "" to ask whether the page shows no run.
    """
    return bool(st.session_state.get(_run_key(recipe.name), "") == run_id)


def show_run(recipe: Recipe, run_id: str) -> None:
    """Makes the current page show a run, and puts it into the address at once.

    In a callback, the address is sent to the browser before the page is drawn, so that a reload
    in the meantime shows the run.

    Args:
        recipe: of the run.
        run_id: its id.
    """
    select(recipe.name, run_id)
    _put_into_address(recipe, run_id)


def record_start(run_id: str) -> None:
    """Records the start of a run in this session, and waits a moment for its first step.

    The wait makes the page complete sooner: otherwise it would be drawn three times, for the
    states waiting, building and training.
    """
    st.session_state[_STARTED] = run_id, time.monotonic()
    wait_for_first_step(manager().store.open(run_id), _AT_START_S)


def started_within(seconds: float, run_id: str) -> bool:
    """Returns whether a run is the last one started in this session, and was started recently.

    Args:
        seconds: longest time since the start.
        run_id: of the run.
    """
    started, at = st.session_state.get(_STARTED, ("", 0.0))
    return bool(started == run_id and time.monotonic() < at + seconds)


def wait_for_first_step(run: Run, seconds: float) -> None:
    """Waits until a run has finished its first step, or is not working on it.

    Args:
        run: the run.
        seconds: longest time to wait.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and waits_for_first_step(run):
        time.sleep(0.02)


def waits_for_first_step(run: Run) -> bool:
    """Returns whether this server is training a run that has not finished its first step."""
    if run.id not in manager().active()[: manager().cap]:
        return False
    status = run.status()
    return status.active and not status.step


def open_from_address(page: str) -> str | None:
    """Shows the runs that are named in the address, or else an active run of this page.

    Args:
        page: such as "toy".
    Returns:
        An error message if a run in the address cannot be shown here; else None.
    """
    run_id = st.query_params.get("run")
    if run_id and st.session_state.get("adopted") != (page, run_id):
        st.session_state["adopted"] = (page, run_id)
        try:
            run = manager().store.open(run_id)
            run.status()  # raises if the run is of a later version
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
    """Returns the shown run of a recipe, or None, and updates the address."""
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
def rerun_if_deleted(run: Run | None) -> Iterator[None]:
    """Reruns the page if the run is deleted while the block draws it.

    Args:
        run: the shown run; None if there is none.
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
        # The session shows the run already; see `open_from_address`.
        st.session_state["adopted"] = (recipe.page, run_id)


def _adopt_active(page: str) -> None:
    for run_id in manager().active():
        run = manager().store.open(run_id)
        if recipes.get(run.recipe).page == page:
            _adopt(run)
            return


def _adopt(run: Run) -> None:
    """Shows a run that was not started in this session, and its settings in the form."""
    select(run.recipe, run.id)
    fill_form(recipes.get(run.recipe), run.values)


def _adopt_beside(run_id: str) -> str | None:
    """Compares the shown run with another; returns an error message if that is not possible."""
    if not run_id:
        return None
    try:
        run = manager().store.open(run_id)
        run.status()
        if recipes.get(run.recipe).kind != "plane":
            return f"Run {run_id} does not generate points, so it cannot be compared with this one."
    except UserError as error:
        return str(error)
    st.session_state[COMPARED_RUN] = run_id
    return None


def _run_key(recipe_name: str) -> str:
    return f"run.{recipe_name}"
