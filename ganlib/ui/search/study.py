"""A search: how far it is, the best trial so far, and views of all trials."""

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.search import StudyResult, TrialResult
from ganlib.ui.components.errors import deferred_errors, errors_shown, show_deferred_error
from ganlib.ui.components.text import plain
from ganlib.ui.form.config_form import fill_form
from ganlib.ui.launch.recipe_choice import choose_recipe
from ganlib.ui.run.picture import draw_picture
from ganlib.ui.run.status_line import title_of
from ganlib.ui.search.views import knobs_text, score_name, views
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import open_comparison, open_run, page_of

# Query parameter with the name of a study.
STUDY = "study"
# Session state key of the number of processes.
WORKERS = "search.workers"
_TICK_S = 2.0
# Trials that are added to a search that has all its trials.
_MORE = 10
_ERROR, _USED, _ACTIVE = "study.error", "study.used", "study.active"


def study_panel(name: str) -> None:
    """Draws a study, which is refreshed while it goes on.

    Args:
        name: of the study.
    """
    result = server().searches.result(name)
    st.header(f"Search: {plain(title_of(result.settings.recipe))}", anchor=False)
    st.button("All searches", icon=":material/arrow_back:", type="tertiary", on_click=_leave)
    with st.container(key="study"):
        st.fragment(_body, run_every=_TICK_S if _is_active(result) else None)(name)


def _leave() -> None:
    st.query_params.pop(STUDY, None)


def _is_active(result: StudyResult) -> bool:
    """True while this server or another process works on a study."""
    if server().searches.is_working(result.name):
        return True
    trained = [one.run_ids for one in result.trials if one.state == "running"]
    for run_id in (run_id for ids in trained for run_id in ids):
        # The run may have been deleted.
        with suppress(UserError):
            if manager().store.open(run_id).status().active:
                return True
    return False


def _body(name: str) -> None:
    if recipe := st.session_state.pop(_USED, ""):
        st.switch_page(page_of(recipe))
    show_deferred_error(_ERROR)
    with errors_shown():
        result = server().searches.result(name)
        active = _is_active(result)
        _progress(result, active)
        if best := result.best():
            _best(result, best)
        views(result)
        # The refresh ends with the search, or begins with it.
        if active != st.session_state.setdefault(_ACTIVE, active):
            st.session_state[_ACTIVE] = active
            st.rerun()


def _progress(result: StudyResult, active: bool) -> None:
    searches = server().searches
    counts = result.counts()
    done, goal = sum(counts.values()), result.goal or len(result.trials)
    begun = sum(one.state == "running" for one in result.trials)
    parts = [f"{done:,} of {goal:,} trials"]
    parts += [f"{counts[state]:,} {state}" for state in ("pruned", "failed") if counts[state]]
    if begun:
        parts.append(f"{begun} {'training' if active else 'interrupted'}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(', '.join(parts))}**", width="stretch")
        if searches.is_working(result.name):
            st.button(
                "Stop",
                key="study.stop",
                icon=":material/stop:",
                disabled=searches.is_stopping(result.name),
                help="Saves the runs in training. They continue when the search continues.",
                on_click=searches.stop,
                args=(result.name,),
            )
        elif active:
            st.markdown("Another process is running this search.", width="content")
        # A grid may have no more trials.
        elif done < goal or (more := (result.settings.limit(goal + _MORE) or 0) - goal):
            more = 0 if done < goal else more
            st.button(
                f"{more} more trials" if more else "Continue",
                key="study.continue",
                icon=":material/resume:",
                on_click=_resume,
                args=(result.name, goal + more),
            )
    st.progress(min(1.0, done / max(1, goal)))


def _resume(name: str, goal: int) -> None:
    with deferred_errors(_ERROR):
        server().searches.resume(name, goal, st.session_state.get(WORKERS, 2))


def _best(result: StudyResult, best: Sequence[TrialResult]) -> None:
    """Draws the best trial, with what can be done with its run."""
    objectives = result.settings.objectives
    for at, (objective, trial) in enumerate(zip(objectives, best, strict=True)):
        if at and trial == best[0]:
            continue
        run_id = trial.run_ids[0]
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium"):
            draw_picture(run_id, 112, "Samples of the best trial")
            with st.container(width="stretch", gap="xxsmall"):
                value = f"{score_name(objective.name)} {trial.values[at]:.4g}"
                st.markdown(f"**Best: trial {trial.number}, {plain(value)}**")
                st.markdown(plain(knobs_text(trial)))
                _actions(trial, run_id, f"{at}")


def _actions(trial: TrialResult, run_id: str, key: str) -> None:
    with st.container(horizontal=True, gap="small"):
        if st.button("Open run", key=f"study.open.{key}", icon=":material/open_in_new:"):
            if len(trial.run_ids) > 1:
                open_comparison(trial.run_ids)
            open_run(manager().store.open(run_id))
        if st.button(
            "Train this one longer",
            key=f"study.longer.{key}",
            icon=":material/fast_forward:",
            help="Continues the run to twice as many steps.",
        ):
            with deferred_errors(_ERROR):
                run = manager().store.open(run_id)
                manager().resume(run_id, 2 * run.status().steps)
                open_run(run)
            st.rerun()
        st.button(
            "Use these settings",
            key=f"study.use.{key}",
            icon=":material/content_copy:",
            help="Opens the page of the recipe with the settings of this trial.",
            on_click=_use,
            args=(run_id,),
        )


def _use(run_id: str) -> None:
    """Callback: fills the recipe's form. The next rerun opens its page, as no callback can."""
    with deferred_errors(_ERROR):
        run = manager().store.open(run_id)
        choose_recipe(run.recipe)
        fill_form(recipes.get(run.recipe), dict(run.values))
        st.session_state[_USED] = run.recipe
