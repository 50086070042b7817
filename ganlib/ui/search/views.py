"""Views of the trials of a search: samples, curves, history, and what the settings do."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st

from ganlib.comparing import finite_scores
from ganlib.errors import UserError
from ganlib.search import Range, StudyResult, TrialResult, best_so_far, pareto_front
from ganlib.search.figures import MIN_TRIALS, importance, slices
from ganlib.search.objectives import TIME
from ganlib.ui.components.gallery import Tile, gallery
from ganlib.ui.components.live_chart import live_chart
from ganlib.ui.components.text import capital, plain, typed, words
from ganlib.ui.run.picture import run_picture
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import open_run
from ganlib.viz.metric_specs import name_of_score
from ganlib.viz.search_charts import (
    Axis,
    TrialCurve,
    parallel_coordinates,
    pareto_chart,
    trial_curves,
    trial_history,
)

_HEIGHT = 320
_VIEW, _OPENED = "study.view", "study.opened"


def views(result: StudyResult) -> None:
    """Draws the view that the user chooses.

    Args:
        result: the study as it stands.
    """
    if run_id := st.session_state.pop(_OPENED, ""):
        open_run(manager().store.open(run_id))
    known: dict[str, Callable[[StudyResult], None]] = {
        "Samples": _samples,
        "Training": _curves,
        "History": _history,
        "Settings": _settings,
        "Trials": _trials,
    }
    if len(result.settings.objectives) == 2:
        known = {"Pareto front": _front, **known}
    first = next(iter(known))
    chosen = st.segmented_control(
        "View", known, key=_VIEW, default=first, required=True, label_visibility="collapsed"
    )
    known[chosen or first](result)


def score_name(objective: str) -> str:
    """Returns the name of an objective, such as "Fréchet distance"."""
    return "seconds of training" if objective == TIME else name_of_score(objective)


def knobs_text(trial: TrialResult) -> str:
    """Returns the values of the searched knobs of a trial as text."""
    return ", ".join(f"{words(name)} {_short(value)}" for name, value in trial.knobs.items())


def _short(value: object) -> str:
    return typed(float(f"{value:.3g}")) if isinstance(value, float) else words(value)


def _samples(result: StudyResult) -> None:
    """Draws the newest samples of each trial, the best first; a click opens the run."""
    objectives = result.settings.objectives
    tiles = []
    for trial in (*result.ranked(), *(one for one in result.trials if not one.values)):
        values = [
            f"{score_name(one.name)} {value:.3g}"
            for one, value in zip(objectives, trial.values, strict=False)
        ]
        caption = ", ".join(values) or capital(trial.state)
        tiles += [
            Tile(
                run_id,
                f"Trial {trial.number}",
                run_picture(run_id),
                caption,
                help=capital(knobs_text(trial)),
            )
            for run_id in trial.run_ids
        ]
    gallery(tiles, None, key="study.samples", label="Trials", on_click=_open)


def _open(run_id: str) -> None:
    """Callback of the gallery; the run is opened afterwards: no callback can."""
    st.session_state[_OPENED] = run_id


def _curves(result: StudyResult) -> None:
    objective = next((one for one in result.settings.objectives if one.name != TIME), None)
    if objective is None:
        st.caption("The objective is the time, which has no curve.")
        return
    best = result.best()
    best_number = best[result.settings.objectives.index(objective)].number if best else -1
    curves = []
    for trial in result.trials:
        for run_id in trial.run_ids:
            # Somebody may have deleted the run.
            with suppress(UserError):
                steps, values = finite_scores(manager().store.open(run_id).scores(), objective.name)
                name = f"trial {trial.number}"
                curves.append(TrialCurve(name, steps, values, trial.number == best_number))
    chart = trial_curves(curves, score_name(objective.name))
    alt = f"{score_name(objective.name)} of every trial over training"
    live_chart(chart, "study.curves", _HEIGHT, alt, result.name)


def _history(result: StudyResult) -> None:
    trials = result.finished()
    numbers = np.array([one.number for one in trials])
    for at, objective in enumerate(result.settings.objectives):
        values = np.array([one.values[at] for one in trials])
        best = best_so_far(values.tolist(), objective.direction)
        chart = trial_history(numbers, values, best, score_name(objective.name))
        alt = f"{score_name(objective.name)} of each trial, and the best so far"
        live_chart(chart, f"study.history.{at}", _HEIGHT, alt, result.name)


def _front(result: StudyResult) -> None:
    trials = result.finished()
    values = [one.values for one in trials]
    on_front = pareto_front(values, result.directions) if values else np.zeros(0, bool)
    names = [score_name(one.name) for one in result.settings.objectives]
    numbers = np.array([one.number for one in trials])
    chart = pareto_chart(numbers, np.array(values), on_front, (names[0], names[1]))
    live_chart(chart, "study.front", _HEIGHT, f"{names[0]} against {names[1]}", result.name)
    for at, trial in enumerate(result.front()):
        text = ", ".join(
            f"{name} {value:.4g}" for name, value in zip(names, trial.values, strict=True)
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                plain(f"Trial {trial.number}: {text}; {knobs_text(trial)}"), width="stretch"
            )
            if st.button("Open run", key=f"study.front.{at}", type="tertiary"):
                open_run(manager().store.open(trial.run_ids[0]))


def _settings(result: StudyResult) -> None:
    """Draws which settings matter, and which values are good."""
    if len(result.finished()) < MIN_TRIALS:
        st.caption(f"After {MIN_TRIALS} finished trials, this shows which settings matter.")
        return
    study = server().searches.study(result.name)
    for at, objective in enumerate(result.settings.objectives):
        name = score_name(objective.name)
        if len(result.settings.space) > 1:
            st.markdown(f"**Which settings matter for {plain(name)}**")
            for knob, share in importance(study, at).items():
                st.progress(share, f"{capital(words(knob))}: {share:.0%}")
        st.markdown("**Each setting by itself**: a point is a trial; newer ones are more orange")
        st.plotly_chart(slices(study, at, name), key=f"study.slices.{at}")
        st.markdown("**All settings together**: each line is a trial; the best are orange")
        st.plotly_chart(_parallel(result, at), key=f"study.parallel.{at}")


def _parallel(result: StudyResult, at: int) -> dict[str, Any]:
    trials, objective = result.finished(), result.settings.objectives[at]
    values = [one.values[at] for one in trials]
    axes = [
        Axis(
            capital(words(name)),
            [one.knobs[name] for one in trials],
            isinstance(allowed, Range) and allowed.log,
        )
        for name, allowed in result.settings.space.items()
    ]
    name = score_name(objective.name)
    return parallel_coordinates([*axes, Axis(name, values)], result.costs()[:, at].tolist())


def _trials(result: StudyResult) -> None:
    rows = [
        {
            "Trial": one.number,
            "State": capital(one.state),
            **{
                capital(score_name(objective.name)): one.values[at] if one.values else None
                for at, objective in enumerate(result.settings.objectives)
            },
            **{capital(words(name)): value for name, value in one.knobs.items()},
            "Why": one.reason,
        }
        for one in reversed(result.trials)
    ]
    st.dataframe(rows, hide_index=True, key="study.trials", placeholder="")
