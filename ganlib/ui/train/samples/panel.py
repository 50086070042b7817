"""The panel of samples: the selected step, a slider over all steps, and new samples on request."""

import streamlit as st

from ganlib.recipes import Recipe
from ganlib.runs import Run, Status
from ganlib.ui.components.errors import errors_shown
from ganlib.ui.components.time_slider import current_step, time_slider
from ganlib.ui.server.reading import Reading
from ganlib.ui.train.generators import generate_more
from ganlib.ui.train.samples import kind_of

_NONE_YET = {
    "queued": "The first samples appear when this run leaves the queue.",
    "running": "The first samples appear as soon as the networks are built.",
    "paused": "The first samples appear when the run is resumed.",
}


def samples_panel(recipe: Recipe, reading: Reading, status: Status) -> None:
    """Draws the samples of the selected step next to real ones, and new samples on request.

    Args:
        recipe: of the run.
        reading: of the shown run.
        status: its status.
    """
    run, steps = reading.run, reading.sample_steps
    if not steps:
        st.caption(_NONE_YET.get(status.state, "No samples: the run ended before the first ones."))
        return
    slider, step = _slider(run), selected_step(reading)
    # If a step cannot be read, the slider still offers the others.
    with errors_shown():
        kind_of(recipe).draw(recipe, reading, step)
    time_slider(steps, key=slider, total=status.steps)
    if status.active:
        every = int(run.values.get("sample_every", 1))
        # Samples may be newer than the status, which is written after them.
        due = min((max(status.step, steps[-1]) // every + 1) * every, status.steps)
        st.caption(f"Next samples at step {due:,}.")
    if not status.active and run.checkpoint_steps():
        _more(recipe, run)


def selected_step(reading: Reading) -> int:
    """Returns the step selected on the slider; the run must have saved samples."""
    return current_step(reading.sample_steps, key=_slider(reading.run))


def samples_options(recipe: Recipe, reading: Reading) -> None:
    """Draws the widgets for the display of samples; all runs and pages share them.

    They are not part of the fragment that is redrawn at every refresh, for the reason in
    `ganlib.ui.train.curves.chart_options`.

    Args:
        recipe: of the run.
        reading: of the shown run, which has samples.
    """
    kind_of(recipe).options(reading)


def _slider(run: Run) -> str:
    return f"{run.id}.time"


def _more(recipe: Recipe, run: Run) -> None:
    key, kind = f"more.{run.id}", kind_of(recipe)
    if st.button(f"Generate {kind.more} more", key="generate", icon=":material/auto_awesome:"):
        with errors_shown(), st.spinner("Generating"):
            st.session_state[key] = generate_more(run, kind.more)
    new = st.session_state.get(key)
    if new is not None:
        kind.draw_new(run, new)
