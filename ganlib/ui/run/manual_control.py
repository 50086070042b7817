"""Manual control of a running training: single steps, slow motion, changed settings."""

import time
from typing import Any

import streamlit as st

from ganlib.config import CHANGEABLE
from ganlib.errors import UserError
from ganlib.knobs import allowed, choices
from ganlib.recipes import Recipe
from ganlib.runs import Run, Status
from ganlib.runs.control import ControlRequest
from ganlib.runs.trainers import config_at
from ganlib.ui.components.errors import (
    deferred_errors,
    errors_shown,
    show_deferred_error,
    show_error,
)
from ganlib.ui.components.text import in_words, typed, words
from ganlib.ui.run.diagrams import phases_diagram
from ganlib.ui.run.samples import kind_of
from ganlib.ui.server.reading import Reading
from ganlib.ui.server.server import manager

# Longest wait for the effect of a button; the first step of one network alone is compiled first.
_SETTLE_S = 3.0
_ERROR = "manual_control.error"


def manual_control(reading: Reading) -> None:
    """Draws buttons for a run that this server trains; nothing for others.

    They are not in a fragment: the page reruns at every pause, and a click on a fragment that is
    being replaced would be lost.

    Args:
        reading: of the shown run.
    """
    recipe, run, status = reading.recipe, reading.run, reading.status
    if not (manager().owns(run.id) and status.state in ("running", "paused")):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="manual_control"):
        if kind_of(recipe).has_single_steps:
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
                    on_click=_request,
                    args=(run, ControlRequest(learns=learns)),
                )
            st.toggle(
                "Slow motion",
                value=manager().is_slow(run.id),
                key=f"slow.{run.id}",
                on_change=_set_slow,
                args=(run.id,),
                help="Trains one network at a time, one update a second, and shows which one was "
                "trained. A paused run continues in slow motion when it is resumed.",
            )
        with st.popover("Change settings", icon=":material/tune:"), errors_shown():
            _changes(recipe, run)
    show_deferred_error(_ERROR)


def last_step_panel(run: Run, status: Status, discriminator: str) -> None:
    """Shows which network was trained in the last step, if only one was.

    Args:
        run: the shown run.
        status: its status.
        discriminator: "discriminator" or "critic".
    """
    changes = run.changes()
    last = changes[-1] if changes else None
    if last is None or not last.learns or status.step != last.step + 1:
        return
    other = "generator" if last.learns == "discriminator" else discriminator
    learned = discriminator if last.learns == "discriminator" else "generator"
    did = (
        f"The {discriminator} saw real and generated samples with their labels"
        if last.learns == "discriminator"
        else f"The generated samples moved to where the {discriminator} finds them more real"
    )
    st.markdown(
        f"**Step {status.step:,}: the {learned} was trained**; the {other} did not change. {did}."
    )
    phase: Any = last.learns
    phases_diagram(phase, discriminator=discriminator, key="phases.live")


def _changes(recipe: Recipe, run: Run) -> None:
    """Draws the settings that can be changed during training, and the button to apply them."""
    config = config_at(run)
    now = {name: getattr(config, name) for name in CHANGEABLE}
    # Once settings have changed, perhaps in another browser, the widgets show the new ones.
    key_prefix = f"change.{run.id}.{sum(bool(change.knobs) for change in run.changes())}"
    given: dict[str, Any] = {}
    for name in CHANGEABLE:
        field = recipe.Config.model_fields[name]
        label, key = words(name).capitalize(), f"{key_prefix}.{name}"
        help = in_words(field.description or "", recipe.Config)
        if known := choices(field):
            at = known.index(now[name])
            given[name] = st.selectbox(
                label, known, index=at, format_func=words, key=key, help=help
            )
        else:
            help += f" Allowed: {allowed(recipe.Config, name)}."
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
        on_click=_request,
        args=(run, ControlRequest(wanted)),
    )


def _request(run: Run, request: ControlRequest) -> None:
    """Sends a request, and waits a moment so that the page shows its effect."""
    with deferred_errors(_ERROR):
        before = len(run.changes()), run.status().step
        manager().command(run.id, request)
        deadline = time.monotonic() + _SETTLE_S
        while time.monotonic() < deadline and (len(run.changes()), run.status().step) == before:
            time.sleep(0.02)


def _set_slow(run_id: str) -> None:
    with deferred_errors(_ERROR):
        slow = st.session_state[f"slow.{run_id}"]
        manager().command(run_id, "slow" if slow else "normal")
