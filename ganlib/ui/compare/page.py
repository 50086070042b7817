"""The page Compare: any number of runs, side by side."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import get_args

import numpy as np
import streamlit as st

from ganlib import recipes
from ganlib.comparing import Alignment, SavedSteps, aligned_steps, longest
from ganlib.ui.compare.chosen import Chosen, choose_runs, chosen_now, compare_these
from ganlib.ui.compare.curves import curves
from ganlib.ui.compare.options import (
    choose_curves,
    choose_quantity,
)
from ganlib.ui.compare.samples import (
    noise_sentence,
    overlaid_distributions,
    samples_side_by_side,
)
from ganlib.ui.compare.settings import group_choices, grouped, settings_table
from ganlib.ui.compare.tables import scores_table
from ganlib.ui.components.errors import errors_shown
from ganlib.ui.components.share import adopt_step, share_button
from ganlib.ui.components.text import plain
from ganlib.ui.components.time_slider import current_step, time_slider
from ganlib.ui.distributions.runs import trained_runs
from ganlib.ui.pages import PAGES
from ganlib.ui.present import form, present_button, presenting
from ganlib.ui.server.server import server
from ganlib.ui.server.session import SLIDER

# Query parameter with the selected step, and link of the slider with the curves.
_AT, _LINK = "at", "compare.cursor"
_SUGGESTED = 3
_ALIGNMENTS: tuple[Alignment, ...] = get_args(Alignment)


def compare_runs() -> None:
    """Compares the runs in the address."""
    bar = st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="right")
    with bar, form("runs"):
        runs, missing = choose_runs()
    if missing:
        st.warning(plain(missing), icon=":material/warning:")
    chosen = chosen_now(runs)
    if not chosen:
        _suggestions()
        return
    adopt_step(_AT, SLIDER)
    with bar:
        with form("group", width=220):
            group = str(
                st.selectbox(
                    "Group runs by",
                    list(group_choices(chosen)),
                    key="group",
                    help="Draws runs with the same value as one line: their mean plus or minus one "
                    "standard deviation.",
                    bind="query-params",
                )
            )
        share = st.container(width="content")
        present_button()
    scores = st.container(key="compare_scores")
    left, right = st.columns([6, 4], gap="medium") if presenting() else (nullcontext(),) * 2
    with left:
        st.subheader("Samples", anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            with form("align", width="content"):
                alignment: Alignment = st.segmented_control(
                    "Show samples at the",
                    _ALIGNMENTS,
                    default=_ALIGNMENTS[0],
                    key="align",
                    required=True,
                    help="Compares samples at the same step, after the same training time, or at "
                    "each run's best step.",
                    bind="query-params",
                )
            slider = st.container(key="compare_slider")
        samples = st.container(key="compare_samples")
        if images := [one for one in chosen if one.recipe.kind == "image"]:
            st.caption(noise_sentence(images))
    with right:
        st.subheader("Over training", anchor=False)
        with form("curves"):
            lines = choose_curves(chosen)
        drawn_curves = st.container(key="compare_curves")
    with form("distributions"):
        st.subheader("Distributions", anchor=False)
        quantity = choose_quantity(chosen)
        densities = st.container(key="compare_distributions")
        st.subheader("Settings that differ", anchor=False)
        settings_table(chosen)
    with share:
        step_key = "" if alignment == "Best step" else SLIDER
        share_button("Whoever opens this address sees the same comparison.", _AT, step_key)
    # The slider moves the vertical line of the curves if its place is the same for all runs.
    common = {"Same step": "step", "Same time": "seconds"}.get(alignment)
    link = _LINK if lines.x_kind == common else ""
    states = _states(chosen)

    def refresh() -> None:
        chosen = chosen_now(runs)
        # A run has been deleted, or cannot be read any more.
        if len(chosen) < len(states):
            st.rerun()
        saved = {one.run.id: found for one in chosen if len((found := one.saved_steps()).steps)}
        with slider:
            step = _slider(chosen, saved, alignment, link)
        steps = aligned_steps(saved, alignment, step) if saved else {}
        groups = grouped(chosen, group)
        with scores:
            scores_table(groups)
        with samples:
            samples_side_by_side(chosen, steps, step if alignment == "Same step" else None)
        with drawn_curves, errors_shown():
            curves(groups, lines, link)
        if not presenting():
            with densities, errors_shown():
                overlaid_distributions(chosen, steps, quantity)
        # The static parts and this fragment's timer are set by the page.
        if _states(chosen) != states:
            st.rerun()

    active = any(one.reading.status.active for one in chosen)
    st.fragment(refresh, run_every=server().viewers.refresh_interval_s() if active else None)()


def _states(chosen: Sequence[Chosen]) -> Sequence[object]:
    """Changes when the static parts of the page have to be drawn again."""
    return [
        (
            one.run.id,
            one.reading.status.active,
            bool(one.reading.sample_steps),
            one.reading.history.names,
            len(one.reading.record.changes),
        )
        for one in chosen
    ]


def _slider(
    chosen: Sequence[Chosen], saved: Mapping[str, SavedSteps], alignment: Alignment, link: str
) -> int:
    """Draws the slider; returns the selected step."""
    if not saved or alignment == "Best step":
        st.caption("Each run at the saved step with its best quality." if saved else "")
        return 0
    by_time = alignment == "Same time"
    shown = {longest(saved)} if by_time else set(saved)
    steps = np.unique(np.concatenate([saved[run_id].steps for run_id in shown])).tolist()
    seconds = saved[longest(saved)].seconds.tolist() if by_time else []
    step = current_step(steps, key=SLIDER)
    time_slider(
        steps,
        key=SLIDER,
        total=max(one.reading.status.steps for one in chosen if one.run.id in shown),
        link=link,
        # The curves end at the newest step.
        cursor=None if step == steps[-1] else seconds[steps.index(step)] if by_time else step,
        seconds=seconds,
    )
    return step


def _suggestions() -> None:
    """Explains the page, and offers the newest runs of each family."""
    st.info(
        "Compare runs side by side: their samples from the same noise, their curves, their "
        "distributions and the settings that differ. Choose runs above, or begin with the newest "
        "ones of a page.",
        icon=":material/compare:",
    )
    known = recipes.all_recipes()
    by_page: dict[str, list[str]] = {}
    for one in trained_runs():
        by_page.setdefault(known[one.recipe].page, []).append(one.id)
    with st.container(horizontal=True):
        for page in PAGES:
            newest = by_page.get(page.name, [])[:_SUGGESTED]
            if len(newest) > 1:
                st.button(
                    f"{page.title}: newest {len(newest)} runs",
                    key=f"compare.newest.{page.name}",
                    icon=page.icon,
                    on_click=_compare_newest,
                    args=(newest,),
                )


def _compare_newest(run_ids: Sequence[str]) -> None:
    # The slider may still be at a step of other runs.
    st.session_state.pop(SLIDER, None)
    compare_these(run_ids)
