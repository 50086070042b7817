"""What the home page shows: what runs now, and a quick way in."""

import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.ui._compat import run_within_app
from ganlib.ui.services import DEMO, manager
from ganlib.ui.session import select
from ganlib.ui.status_line import state_badge, status_text

_TICK_S = 2.0


def start_demo() -> None:
    """A button that trains the demo's recipe as it is and goes to its page."""
    run_within_app()
    if not st.button(
        "Start the toy demo", key="demo", type="primary", icon=":material/play_arrow:"
    ):
        return
    try:
        run_id = manager().submit(DEMO, recipes.get(DEMO).Config())
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    open_run(DEMO, run_id)


def open_run(recipe_name: str, run_id: str) -> None:
    """Goes to the page of a run, with the run in its address."""
    select(recipe_name, run_id)
    st.switch_page(f"pages/{recipes.get(recipe_name).page}.py", query_params={"run": run_id})


@st.fragment(run_every=_TICK_S)
def running_now() -> None:
    """The runs that train or wait, here or started from the command line."""
    active = manager().store.active()
    if not active:
        st.caption("Nothing is running.")
    for run in active:
        status = run.status()
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{recipes.get(run.recipe).title}** · {state_badge(status)} · "
                f"{status_text(status)}"
            )
            if st.button("Watch", key=f"watch.{run.id}", icon=":material/visibility:"):
                open_run(run.recipe, run.id)
