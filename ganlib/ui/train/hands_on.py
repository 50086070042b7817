"""A hand in the training: single steps, slow motion, and knobs changed while it runs."""

import time
from typing import Any

import streamlit as st

from ganlib.config import CHANGEABLE
from ganlib.errors import UserError
from ganlib.knobs import allowed, choices
from ganlib.recipes import Recipe
from ganlib.runs import Run, Status
from ganlib.runs.control import Wish
from ganlib.runs.trainers import config_now
from ganlib.ui.components.errors import (
    deferred_errors,
    errors_shown,
    show_deferred_error,
    show_error,
)
from ganlib.ui.components.text import in_words, typed, words
from ganlib.ui.server.services import manager
from ganlib.ui.train.phases import phases_diagram

# The first step of one network alone is compiled before it is made.
_SETTLE_S = 3.0
_ERROR = "hands_on.error"


def hands_on(recipe: Recipe, run: Run, status: Status) -> None:
    """Buttons for a run that this server trains; nothing for any other.

    No fragment: the page is drawn anew at every pause, and a click on a part of it that is
    being replaced would be lost.

    Args:
        recipe: of the run.
        run: the run on view.
        status: its status, as the page shows it.
    """
    if not (manager().owns(run.id) and status.state in ("running", "paused")):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="hands_on"):
        # Other networks have state besides their weights that every pass moves.
        if recipe.kind != "image":
            paused = status.state == "paused"
            for learns, label in (
                ("discriminator", "Step discriminator"),
                ("generator", "Step generator"),
                ("both", "Step both"),
            ):
                st.button(
                    label,
                    key=f"step_{learns}",
                    icon=":material/skip_next:",
                    disabled=not paused,
                    on_click=_ask,
                    args=(run, Wish(learns=learns)),
                )
            st.toggle(
                "Slow motion",
                value=manager().is_slow(run.id),
                key=f"slow.{run.id}",
                on_change=_set_slow,
                args=(run.id,),
                help="Trains one network at a time, one step a second, and says what it learned. "
                "A paused run continues in slow motion when it is resumed.",
            )
        with st.popover("Change while it runs", icon=":material/tune:"), errors_shown():
            _changes(recipe, run)
    show_deferred_error(_ERROR)


def what_happens(run: Run, status: Status, judge: str) -> None:
    """Which network has just learned, where a run goes step by step.

    Args:
        run: the run on view.
        status: as it was read for this tick.
        judge: "discriminator" or "critic".
    """
    changes = run.changes()
    last = changes[-1] if changes else None
    if last is None or not last.learns or status.step != last.step + 1:
        return
    other = "generator" if last.learns == "discriminator" else judge
    learned = judge if last.learns == "discriminator" else "generator"
    did = (
        "it saw real and generated samples with their labels"
        if last.learns == "discriminator"
        else f"its samples moved to where the {judge} finds them more real"
    )
    st.markdown(
        f"**Step {status.step:,}: the {learned} was trained**, the {other} stayed as it was: {did}."
    )
    lit: Any = last.learns
    phases_diagram(lit, judge=judge, key="phases.live")


def _changes(recipe: Recipe, run: Run) -> None:
    """The knobs that can be changed now, and a button."""
    config = config_now(run)
    now = {name: getattr(config, name) for name in CHANGEABLE}
    given: dict[str, Any] = {}
    for name in CHANGEABLE:
        field = recipe.Config.model_fields[name]
        label, key = words(name).capitalize(), f"change.{run.id}.{name}"
        help = f"{field.description} Allowed: {allowed(recipe.Config, name)}."
        if known := choices(field):
            at = known.index(now[name])
            given[name] = st.selectbox(
                label, known, index=at, format_func=words, key=key, help=help
            )
        else:
            given[name] = st.text_input(label, value=typed(now[name]), key=key, help=help)
    wanted: dict[str, Any] = {}
    try:
        changed = recipe.changed(config, given).model_dump()
        wanted = {name: changed[name] for name in CHANGEABLE if changed[name] != now[name]}
    except UserError as error:
        show_error(in_words(str(error), recipe.Config))
    st.button(
        "Apply from the next step",
        key="apply_changes",
        type="primary",
        disabled=not wanted,
        on_click=_ask,
        args=(run, Wish(wanted)),
    )


def _ask(run: Run, wish: Wish) -> None:
    """Asks, and waits a moment so that the page already shows what came of it."""
    with deferred_errors(_ERROR):
        before = len(run.changes()), run.status().step
        manager().ask(run.id, wish)
        deadline = time.monotonic() + _SETTLE_S
        while time.monotonic() < deadline and (len(run.changes()), run.status().step) == before:
            time.sleep(0.02)


def _set_slow(run_id: str) -> None:
    with deferred_errors(_ERROR):
        manager().set_slow(run_id, bool(st.session_state[f"slow.{run_id}"]))
