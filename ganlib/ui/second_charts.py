"""The charts that can stand below the losses, and which of them a run has figures for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ganlib.viz.chart import Chart
from ganlib.viz.curve_figures import (
    accuracy_figure,
    clipped_figure,
    distance_figure,
    gradient_norm_figure,
    learning_rate_figure,
)
from ganlib.viz.curves import CurvesInfo


class Figure(Protocol):
    """A function of `ganlib.viz.curve_figures`."""

    def __call__(self, info: CurvesInfo, *, uirevision: str) -> Chart: ...


@dataclass(frozen=True)
class SecondChart:
    """One of them.

    Args:
        name: as it is chosen by.
        columns: the history's column behind each curve, by the curve's name; "{judge}" is
            "critic" where the run has one and "discriminator" elsewhere.
        figure: draws it.
        alt: what it shows, in a sentence; with "{judge}" likewise.
        help: what it is good for.
        smoothed: whether the running mean applies; a learning rate is exact as it is.
        can_be_log: whether the choice of a logarithmic axis applies.
    """

    name: str
    columns: dict[str, str]
    figure: Figure
    alt: str
    help: str
    smoothed: bool = True
    can_be_log: bool = True


SECOND_CHARTS: dict[str, SecondChart] = {
    chart.name: chart
    for chart in (
        SecondChart(
            "Accuracy",
            {"real": "accuracy_real", "generated": "accuracy_generated"},
            accuracy_figure,
            "How often the {judge} is right on real and on generated samples",
            "Accuracy: how often the discriminator is right.",
            can_be_log=False,
        ),
        SecondChart(
            "Distance",
            {"critic": "critic_distance"},
            distance_figure,
            "The critic's estimate of the Wasserstein distance over training",
            "Distance: the critic's estimate of how far generated samples are from real ones "
            "(Wasserstein distance, up to a factor); it should fall.",
        ),
        SecondChart(
            "Clipped weights",
            {"{judge}": "clipped_share"},
            clipped_figure,
            "Share of the {judge}'s weights at the clipping limit over training",
            "Clipped weights: how many of the critic's weights stand at the limit they are "
            "clipped to; if nearly all do, it can draw only simple lines.",
            smoothed=False,
            can_be_log=False,
        ),
        SecondChart(
            "Learning rates",
            {
                "{judge}": "discriminator_learning_rate",
                "generator": "generator_learning_rate",
            },
            learning_rate_figure,
            "Learning rates of both networks over training",
            "Learning rates: how far each step goes, where that changes.",
            smoothed=False,
        ),
        SecondChart(
            "Gradient norms",
            {
                "{judge}": "discriminator_gradient_norm",
                "generator": "generator_gradient_norm",
            },
            gradient_norm_figure,
            "Gradient norms of both networks over training",
            "Gradient norms: how strongly each network is pulled.",
        ),
    )
}


def offered_charts(columns: Sequence[str], critic: bool) -> tuple[str, ...]:
    """Names of the charts that a history with these columns can fill.

    Args:
        columns: the history's names. Where they fill none, as before the first step, those
            charts are offered that every run has.
        critic: whether it is that of a critic.
    """
    found = tuple(
        chart.name
        for chart in SECOND_CHARTS.values()
        if all(column in columns for column in chart.columns.values())
    )
    return found or ("Distance" if critic else "Accuracy", "Gradient norms")


def default_chart(offered: Sequence[str], critic: bool) -> str:
    """The one on view as long as nobody has chosen."""
    wanted = "Distance" if critic else "Accuracy"
    return wanted if wanted in offered else offered[0]
