"""A guided tour for people to whom GANs are new: eight steps, each with something to do."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.runs import Run
from ganlib.ui.components.errors import errors_shown
from ganlib.ui.home.demos import DEMOS, begin, open_begun
from ganlib.ui.run.samples.panel import selected_step
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import RUN, RUNS, Press, open_comparison, open_run

_STYLE = Path(__file__).with_name("tour.css")
# Session state keys of the current step, counted from 0, and of the steps that were done.
_AT, _DONE = "tour.step", "tour.done"
_TICK_S = 1.0


@dataclass(frozen=True)
class TourStep:
    """A step of the tour.

    Args:
        title: what to do.
        text: how to do it, and what it shows.
        key: key of the widget or container that is marked on the page of the step.
        is_done: whether the user has done it with the run in the address; asked once a second.
            None if it is done by comparing runs.
        label: of the button that opens the page of the step.
        go: opens that page; `open_begun` if the button begins the first demo.
    """

    title: str
    text: str
    key: str
    is_done: Callable[[Run], bool] | None
    label: str = "Start again"
    go: Callable[[], None] = open_begun


def _is_back_in_time(run: Run) -> bool:
    reading = server().readings.of(run, run.status())
    step = selected_step(reading)
    return step is not None and step != reading.sample_steps[-1]


def _open_images() -> None:
    examples = manager().store.examples()
    open_run(next(run for run in examples if recipes.get(run.recipe).kind == "image"))


def _compare_rings() -> None:
    examples = [run for run in manager().store.examples() if run.recipe == "toy/plane"]
    open_comparison([run.id for run in examples if run.values["target"] == "ring8"])


TOUR = (
    TourStep(
        "Start a GAN",
        "Click **Two peaks in 15 seconds** on Home. The generator learns to turn noise into "
        "numbers that look like the real ones: half of them near -2, half near 2.",
        "card.0",
        lambda run: run.recipe == "toy/scalar" and not run.is_example,
        "Start it",
    ),
    TourStep(
        "Pause and look",
        "Press **Pause** at the top. Blue are the real numbers, orange those of the generator. "
        "Where the two hills coincide, it has learned them.",
        "pause",
        lambda run: run.status().state in ("paused", "stopped", "finished"),
    ),
    TourStep(
        "Go back in time",
        "Move the slider below the charts to the left. Samples, curves and the sentence below "
        "show that moment of the training.",
        "run_slider",
        _is_back_in_time,
    ),
    TourStep(
        "Train one network at a time",
        "Switch on **Slow motion** and press **Resume**. The discriminator learns to tell real "
        "from generated numbers, then the generator learns to mislead it, in turns.",
        "manual_control",
        lambda run: manager().is_slow(run.id) or any(one.learns for one in run.changes()),
    ),
    TourStep(
        "Change a setting live",
        "Open **Change settings**, multiply the generator's learning rate by ten, and apply it. "
        "The curves get a mark where you did. Too high a rate makes them shake.",
        "manual_control",
        lambda run: any(one.knobs for one in run.changes()),
    ),
    TourStep(
        "See mode collapse, and the cure",
        "A plain GAN finds one of eight peaks and stays there: mode collapse. The same networks "
        "with a better loss find all eight. Move the slider to see when they part.",
        "compare_slider",
        None,
        "Open the comparison",
        _compare_rings,
    ),
    TourStep(
        "Ask whether it is any good",
        "With images, the eye is easily fooled. **Quality** is a distance to real images: lower "
        "is better, and beside it stands what other real images reach. Which step is best?",
        "run_figures",
        lambda run: recipes.get(run.recipe).kind == "image",
        "Open the images",
        _open_images,
    ),
    TourStep(
        "Share what you see",
        "Every run and every comparison has an address, which **Share** shows. Whoever opens it "
        "sees the same run, live. All your runs are on the page Runs.",
        "share",
        lambda run: True,
        "Open the images",
        _open_images,
    ),
)


def tour_button() -> None:
    """Shows a button that starts the tour."""
    st.button("Take the tour", key="tour.start", icon=":material/tour:", on_click=_begin)


def tour() -> None:
    """Shows the current step of the tour above every page, once it has been started."""
    # Always there, so that all else on the page keeps its place.
    with st.container(key="tour_place"):
        if _AT not in st.session_state:
            return
        at = st.session_state[_AT]
        done = _was_done(at)
        _panel(at, TOUR[at], done)
        if not done:
            st.fragment(_rerun_when_done, run_every=_TICK_S)(at)


def _panel(at: int, step: TourStep, done: bool) -> None:
    # Marks where to look.
    place = step.key.replace(".", "-")
    mark = f".st-key-{place} {{ animation: tour-mark 1.6s 3 }}"
    st.html(f"<style>{_STYLE.read_text('utf-8')}{mark}</style>")
    with st.container(
        key="tour", border=True, horizontal=True, vertical_alignment="center", gap="small"
    ):
        state = ":green-badge[:material/check: Done]" if done else ""
        heading = f":gray[{at + 1} of {len(TOUR)}]\u2003**{step.title}** {state}"
        st.markdown(f"{heading}  \n{step.text}", width="stretch")
        if st.button(
            step.label,
            key="tour.go",
            icon=":material/arrow_forward:",
            on_click=begin if step.go is open_begun else None,
            args=(DEMOS[0], Press()),
        ):
            with errors_shown():
                step.go()
        last = at == len(TOUR) - 1
        with st.container(horizontal=True, gap="small", width="content"):
            st.button("Back", key="tour.back", disabled=at == 0, on_click=_move, args=(-1,))
            if not last:
                kind: Any = "primary" if done else "secondary"
                st.button("Next", key="tour.next", type=kind, on_click=_move, args=(1,))
            kind = "primary" if last else "tertiary"
            st.button("End tour", key="tour.end", type=kind, on_click=_end)


def _rerun_when_done(at: int) -> None:
    if st.session_state.get(_AT) == at and _was_done(at):
        st.rerun()


def _was_done(at: int) -> bool:
    """Whether a step is or was done: a run that was paused may have gone on."""
    done = st.session_state[_DONE]
    if at not in done:
        with suppress(UserError, OSError):
            if _is_done(TOUR[at]):
                done.add(at)
    return at in done


def _is_done(step: TourStep) -> bool:
    if step.is_done is None:
        return len(st.query_params.get_all(RUNS)) >= 2
    run_id = st.query_params.get(RUN, "")
    return bool(run_id) and step.is_done(manager().store.open(run_id))


def _begin() -> None:
    st.session_state[_AT], st.session_state[_DONE] = 0, set()


def _move(by: int) -> None:
    # Not after the end, which another click may have brought.
    if _AT in st.session_state:
        st.session_state[_AT] = min(max(st.session_state[_AT] + by, 0), len(TOUR) - 1)


def _end() -> None:
    for key in (_AT, _DONE):
        st.session_state.pop(key, None)
