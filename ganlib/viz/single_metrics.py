"""The curves of the charts in `metric_specs` one by one, to compare runs by one metric."""

from collections.abc import Collection
from typing import NamedTuple

from ganlib.viz.metric_specs import LOSSES, METRICS, MetricSpec

# Curves of a score that show the value of real samples.
_REAL = ("real", "floor")
_DEFAULT_SCORES = 3


class SingleMetric(NamedTuple):
    """One curve of a chart.

    Args:
        name: of the chart, with the curve if the chart has several, such as "Losses: generator".
        spec: of the chart.
        column: name of the metric in a run's history or scores.
        real: name of the score of real samples; empty if there is none.
    """

    name: str
    spec: MetricSpec
    column: str
    real: str = ""


def _all() -> dict[str, SingleMetric]:
    found = []
    for spec in (LOSSES, *METRICS.values()):
        own, real = dict(spec.curves), ""
        if spec.of_samples:
            real = next((own.pop(curve) for curve in _REAL if curve in own), "")
        for curve, column in own.items():
            text = curve.format(discriminator="discriminator")
            name = spec.name if len(own) == 1 else f"{spec.name}: {text}"
            found.append(SingleMetric(name, spec, column, real))
    return {metric.name: metric for metric in found}


SINGLE_METRICS = _all()


def selectable_metrics(recorded: Collection[str], asked: Collection[str]) -> list[str]:
    """Returns the names of metrics that can be selected.

    Args:
        recorded: names of the metrics and scores of all runs.
        asked: names of metrics that can be selected even if no run has recorded them yet.
    """
    metrics = SINGLE_METRICS.values()
    return [one.name for one in metrics if one.column in recorded or one.name in asked]


def default_metrics(scores: Collection[str]) -> list[str]:
    """Returns the names of the metrics that are shown at first: quality, then the loss.

    Args:
        scores: names of the scores that say how good the samples of the runs are.
    """
    quality = [one.name for one in SINGLE_METRICS.values() if one.column in scores]
    return [*quality[:_DEFAULT_SCORES], "Losses: generator"]
