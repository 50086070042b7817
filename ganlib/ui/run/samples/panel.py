"""The panel of samples, the slider over all saved steps, and new samples on request."""

import streamlit as st

from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.runs.quality import quality_at
from ganlib.ui.components.errors import errors_shown
from ganlib.ui.components.time_slider import current_step, time_slider
from ganlib.ui.run.curves import CURSOR_LINK, cursor_at
from ganlib.ui.run.generators import generator_of
from ganlib.ui.run.samples import kind_of
from ganlib.ui.server.reading import Reading

# Query parameter with the step of the shown samples.
STEP = "step"
_NONE_YET = {
    "queued": "The first samples appear when this run leaves the queue.",
    "running": "The first samples appear as soon as the networks are built.",
    "paused": "The first samples appear when the run is resumed.",
}


def samples_panel(reading: Reading, step: int | None) -> None:
    """Draws the samples of a step next to real ones.

    Args:
        reading: of the shown run.
        step: with saved samples; None if there are none.
    """
    if step is None:
        none = "No samples: the run ended before the first ones."
        st.caption(_NONE_YET.get(reading.status.state, none))
        return
    # If a step cannot be read, the slider still offers the others.
    with errors_shown():
        kind_of(reading.recipe).draw(reading, step)


def step_slider(reading: Reading) -> None:
    """Draws the slider over the saved steps of a run; nothing if there are none."""
    run, status, steps = reading.run, reading.status, reading.sample_steps
    if not steps:
        st.empty()
        return
    key = step_key(run)
    time_slider(
        steps,
        key=key,
        total=status.steps,
        marks=slider_marks(reading),
        link=CURSOR_LINK,
        cursor=cursor_at(reading, current_step(steps, key=key)),
    )


def slider_marks(reading: Reading) -> list[dict[str, object]]:
    """Returns checkpoints, changed settings, and the step with the best quality."""
    changes = [change.step for change in reading.record.changes if change.knobs]
    best, scores = [], reading.scores
    newest = scores.at(scores.step[-1]) if len(scores) else {}
    if quality := quality_at(reading.recipe, scores, newest):
        best = [quality.best_step]
    return [
        {"step": step, "kind": kind, "label": f"{label} step {step:,}"}
        for kind, label, steps in (
            ("checkpoint", "Checkpoint at", reading.record.checkpoints),
            ("change", "Settings changed after", changes),
            ("best", "Best quality at", best),
        )
        for step in steps
    ]


def selected_step(reading: Reading) -> int | None:
    """Returns the step selected on the slider; None if the run has no saved samples."""
    steps = reading.sample_steps
    return current_step(steps, key=step_key(reading.run)) if steps else None


def more_samples(reading: Reading) -> None:
    """Draws a button that generates new samples; nothing while the run is active."""
    if not reading.status.active and reading.run.checkpoint_steps():
        st.fragment(_more)(reading.recipe, reading.run)


def step_key(run: Run) -> str:
    """Returns the session state key of the step chosen on the slider; None follows the newest."""
    return f"{run.id}.time"


def _more(recipe: Recipe, run: Run) -> None:
    kind, key = kind_of(recipe), f"more.{run.id}"
    with st.popover("Generate more", icon=":material/auto_awesome:", key="more"):
        st.caption(
            "New samples of the generator from the latest checkpoint, from noise that you have not "
            "seen yet."
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            count = st.number_input("How many", 1, 1_000, kind.more, key=f"{key}.count")
            seed = st.number_input("Seed", 1, 1_000_000, key=f"{key}.seed")
            pressed = st.button("Generate", key="generate", type="primary")
        if pressed:
            with errors_shown(), st.spinner("Generating"):
                samples = generator_of(run).generate(count, seed=seed)
                st.session_state[key] = int(seed), run.checkpoint_steps()[-1:], samples
        seed, steps, samples = st.session_state.get(key, (0, None, None))
        # Those of an earlier checkpoint are dropped: the run has gone on.
        if steps == run.checkpoint_steps()[-1:]:
            kind.draw_new(run, samples)
            kind.download_new(samples, f"{run.id}-seed-{seed}")
