"""Optuna's own Plotly figures of a study, in the colours of this project."""

import warnings
from typing import TYPE_CHECKING, Any

from ganlib.names import words
from ganlib.viz import colours

if TYPE_CHECKING:
    from optuna import Study
    from plotly.graph_objects import Figure

# Fewer trials say nothing about which knobs matter.
MIN_TRIALS = 4
_DIM = colours.rgba(colours.NEUTRAL, 0.45)


def importance(study: "Study", objective: int) -> dict[str, float]:
    """Returns the importance of each knob, from 0 to 1, most important first.

    The method is PED-ANOVA (Watanabe et al. 2023, arXiv 2304.10255): how much the distribution of a
    knob among the best trials differs from that among all.

    Args:
        study: with at least `MIN_TRIALS` finished trials.
        objective: index of the objective.
    """
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
    from optuna.study import StudyDirection

    sign = 1 if study.directions[objective] == StudyDirection.MINIMIZE else -1

    with warnings.catch_warnings():
        # Optuna warns, for every `target`, that lower values must be better.
        warnings.simplefilter("ignore")
        found: dict[str, float] = get_param_importances(
            study,
            evaluator=PedAnovaImportanceEvaluator(),
            target=lambda trial: sign * trial.values[objective],
        )
    return found


def slices(study: "Study", objective: int, name: str) -> "Figure":
    """Draws the objective against each knob.

    Args:
        study: with finished trials.
        objective: index of the objective.
        name: of the objective.
    """
    from optuna.visualization import plot_slice

    figure = plot_slice(study, target=lambda trial: trial.values[objective], target_name=name)
    figure.update_traces(
        marker={"size": 8, "colorscale": [[0, _DIM], [1, colours.GENERATED]], "line": {"width": 0}}
    )
    return _restyled(study, figure)


def _restyled(study: "Study", figure: "Figure") -> "Figure":
    # The page's theme decides the colours of text and grid.
    figure.update_layout(
        title=None,
        template=None,
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        margin={"l": 64, "r": 24, "t": 34, "b": 42},
    )
    knobs = {name for trial in study.get_trials(deepcopy=False) for name in trial.params}
    # Longer names first, as they may contain shorter ones.
    named = _renamed(figure.to_plotly_json(), sorted(knobs, key=len, reverse=True))
    return type(figure)(named)


def _renamed(value: Any, knobs: list[str]) -> Any:
    """Replaces names of knobs in all texts of a figure by words."""
    if isinstance(value, dict):
        return {key: _renamed(one, knobs) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(one, knobs) for one in value]
    if isinstance(value, str):
        for name in knobs:
            value = value.replace(name, words(name))
    return value
