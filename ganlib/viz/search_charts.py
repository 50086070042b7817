"""Charts of a search: scores over training, value of each trial, Pareto front, all knobs."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.layout import axis_title, chart_layout, x_axis

# A curve of fewer points has markers: a single one has no line.
_FEW = 8
_TICKS = 5
_DIM = colours.rgba(colours.NEUTRAL, 0.45)


class TrialCurve(NamedTuple):
    """The score of a trial's run over training.

    Args:
        name: of the trial, such as "trial 3".
        steps: (n,) saved steps.
        values: (n,) scores.
        best: whether it is the best trial so far.
    """

    name: str
    steps: np.ndarray
    values: np.ndarray
    best: bool = False


def trial_curves(curves: Sequence[TrialCurve], score: str) -> Chart:
    """Draws the score of each trial over training, the best one in front of the others.

    Args:
        curves: of the trials.
        score: title of the vertical axis.
    """
    drawn = sorted((one for one in curves if len(one.steps)), key=lambda one: one.best)
    layout = chart_layout(
        title=axis_title(score),
        x=x_axis("step"),
        y={},
        note="" if drawn else "No scores yet",
    )
    layout |= {"showlegend": False, "hovermode": "closest"}
    return Chart(
        tuple(
            {
                "type": "scatter",
                "mode": "lines+markers" if len(one.steps) < _FEW else "lines",
                "name": one.name,
                "x": one.steps,
                "y": one.values,
                "line": {
                    "color": colours.GENERATED if one.best else _DIM,
                    "width": 2.5 if one.best else 1,
                },
                "hovertemplate": "%{fullData.name}, step %{x:,d}: %{y:.4~g}<extra></extra>",
            }
            for one in drawn
        ),
        layout,
    )


def trial_history(numbers: np.ndarray, values: np.ndarray, best: np.ndarray, score: str) -> Chart:
    """Draws the value of each finished trial, and the best value so far.

    Args:
        numbers: (n,) of the trials.
        values: (n,) of the objective.
        best: (n,) best value up to each trial.
        score: title of the vertical axis.
    """
    layout = chart_layout(
        title=axis_title(score),
        x={"title": {"text": "trial", "standoff": 6}, "tickformat": ",d", "rangemode": "tozero"},
        y={},
        note="" if len(numbers) else "No trial has finished yet",
    )
    layout["hovermode"] = "closest"
    return Chart(
        (
            _points("each trial", numbers, values, _DIM, "trial %{x:d}: %{y:.4~g}"),
            {
                "type": "scatter",
                "mode": "lines",
                "name": "best so far",
                "x": numbers,
                "y": best,
                "line": {"color": colours.GENERATED, "width": 2.5, "shape": "hv"},
                "hoverinfo": "skip",
            },
        ),
        layout,
    )


def pareto_chart(
    numbers: np.ndarray, values: np.ndarray, on_front: np.ndarray, names: tuple[str, str]
) -> Chart:
    """Draws two objectives against each other, the Pareto front in front.

    Args:
        numbers: (n,) of the trials.
        values: (n, 2) of the objectives.
        on_front: (n,) bool.
        names: of the objectives.
    """
    values = np.asarray(values, float).reshape(-1, 2)
    layout = chart_layout(
        title=axis_title(names[1]),
        x={"title": {"text": axis_title(names[0]), "standoff": 6}},
        y={},
        note="" if len(values) else "No trial has finished yet",
    )
    layout["hovermode"] = "closest"
    order = np.flatnonzero(on_front)
    order = order[np.argsort(values[order, 0])]
    hover = "trial %{customdata}: %{x:.4~g}, %{y:.4~g}"
    rest = np.flatnonzero(~np.asarray(on_front, bool))
    front = _points("Pareto front", values[order, 0], values[order, 1], colours.GENERATED, hover)
    front |= {"customdata": numbers[order], "mode": "lines+markers"}
    others = _points("other trials", values[rest, 0], values[rest, 1], _DIM, hover)
    return Chart(({**others, "customdata": numbers[rest]}, front), layout)


class Axis(NamedTuple):
    """A vertical axis of parallel coordinates.

    Args:
        name: above the axis.
        values: (n,) of the trials: numbers, text or truth values.
        log: whether the axis is logarithmic; only for numbers above 0.
    """

    name: str
    values: Sequence[Any]
    log: bool = False


def parallel_coordinates(axes: Sequence[Axis], costs: Sequence[float]) -> dict[str, Any]:
    """Draws a line for each trial through its values, the better the more vivid.

    Args:
        axes: from left to right.
        costs: (n,) of the trials; lower is better.
    Returns:
        A Plotly figure as a dictionary.
    """
    # By rank, as one very bad trial would make all others look the same.
    ranks = np.argsort(np.argsort(costs)).astype(float)
    scale = [[0, colours.GENERATED], [0.25, _DIM], [1, _DIM]]
    trace = {
        "type": "parcoords",
        "dimensions": [_dimension(one) for one in axes],
        "labelfont": {"size": 13},
        "tickfont": {"size": 12},
        "line": {"color": ranks, "colorscale": scale, "cmin": 0, "cmax": max(1, len(ranks) - 1)},
    }
    layout = {"paper_bgcolor": "rgba(0, 0, 0, 0)", "margin": {"l": 80, "r": 60, "t": 50, "b": 24}}
    return {"data": [trace], "layout": layout}


def _dimension(axis: Axis) -> dict[str, Any]:
    label = axis_title(axis.name)
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in axis.values):
        texts = sorted({str(one) for one in axis.values})
        places = [texts.index(str(one)) for one in axis.values]
        ticks = {"tickvals": list(range(len(texts))), "ticktext": texts}
        return {"label": label, "values": places, "range": [-0.5, len(texts) - 0.5], **ticks}
    values = np.asarray(axis.values, float)
    if not axis.log or not len(values) or values.min() <= 0:
        return {"label": label, "values": values}
    ends = np.geomspace(values.min(), values.max(), _TICKS)
    ticks = {"tickvals": np.log10(ends), "ticktext": [f"{one:.2g}" for one in ends]}
    return {"label": label, "values": np.log10(values), **ticks}


def _points(name: str, x: np.ndarray, y: np.ndarray, colour: str, hover: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": x,
        "y": y,
        "marker": {"color": colour, "size": 8},
        "line": {"color": colour},
        "hovertemplate": f"{hover}<extra></extra>",
    }
