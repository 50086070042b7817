"""The charts that can stand below the losses, and which of them a run has figures for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ganlib.viz.chart import Chart
from ganlib.viz.curve_figures import (
    accuracy_figure,
    brightness_figure,
    clipped_figure,
    distance_figure,
    frechet_figure,
    gradient_norm_figure,
    learning_rate_figure,
    lipschitz_figure,
    near_a_peak_figure,
    peaks_figure,
    reverse_kl_figure,
    sliced_wasserstein_figure,
    wasserstein_figure,
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
        columns: the column behind each curve, by the curve's name; "{judge}" is "critic"
            where the run has one and "discriminator" elsewhere.
        figure: draws it.
        alt: what it shows, in a sentence; with "{judge}" likewise.
        help: what it is good for.
        smoothed: whether the running mean applies; a learning rate is exact as it is.
        of_samples: whether its columns are those of the scores, which only saved steps have.
        can_be_log: whether the choice of a logarithmic axis applies.
        always_log: whether the axis is logarithmic whatever is chosen.
    """

    name: str
    columns: dict[str, str]
    figure: Figure
    alt: str
    help: str
    smoothed: bool = True
    can_be_log: bool = True
    of_samples: bool = False
    always_log: bool = False


def _score(
    name: str,
    score: str,
    figure: Figure,
    alt: str,
    help: str,
    can_be_log: bool = False,
    floor: str = "",
) -> SecondChart:
    """A chart of one score of the generated samples, and of the score between real samples."""
    return SecondChart(
        name,
        {"generated": score, "floor": floor} if floor else {"generated": score},
        figure,
        f"{alt} over training",
        f"{name}: {help}",
        smoothed=False,
        can_be_log=can_be_log,
        of_samples=True,
    )


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
        _score(
            "Peaks found",
            "modes",
            peaks_figure,
            "Peaks that the generated samples find",
            "how many of the peaks have a generated point near them.",
        ),
        _score(
            "Near a peak",
            "high_quality",
            near_a_peak_figure,
            "Share of generated samples near a peak",
            "the share of generated points within three standard deviations of a peak, in papers "
            "those of high quality; 98.9 % of real ones are.",
        ),
        _score(
            "Reverse KL",
            "reverse_kl",
            reverse_kl_figure,
            "How unevenly the generated samples visit the peaks",
            "how unevenly the peaks are visited, in nats; 0 is even.",
        ),
        _score(
            "Sliced Wasserstein-1",
            "sliced_w1_over_sigma",
            sliced_wasserstein_figure,
            "Distance between real and generated points, and its floor",
            "how far generated points are from real ones, in standard deviations: the mean "
            "Wasserstein-1 distance of their projections on 16 directions. It grows when peaks "
            "are missing. Two real samples of this size are below the floor in 95 % of all cases.",
            # From the first step to a good fit it falls fiftyfold.
            can_be_log=True,
            floor="sliced_w1_floor",
        ),
        _score(
            "Wasserstein-1",
            "w1_over_sigma",
            wasserstein_figure,
            "Distance between real and generated values",
            "how far generated values are from real ones, in standard deviations.",
        ),
        _score(
            "Fréchet distance",
            "frechet",
            frechet_figure,
            "Distance of what generated images show from what real ones do",
            "how far the features that a small classifier of real images sees in generated images "
            "are from those of real ones; lower is better. Two samples of 256 real images are "
            "1 to 2 apart.",
            # From noise to images that can be read it falls a hundredfold.
            can_be_log=True,
        ),
        _score(
            "Brightness",
            "pixel_w1",
            brightness_figure,
            "Distance between real and generated pixels' brightness",
            "how far the brightness of generated pixels is from that of real ones, as a share of "
            "full white; blind to what they show.",
        ),
        SecondChart(
            "Lipschitz bound",
            {"upper bound": "lipschitz_bound", "largest seen": "largest_slope"},
            lipschitz_figure,
            "How steep the {judge} can be at most, and the largest slope seen, over training",
            "Lipschitz bound: the discriminator's score changes by at most this much per unit of "
            "distance between two inputs; its true limit lies between this bound and the largest "
            "slope seen at samples.",
            smoothed=False,
            of_samples=True,
            # The bound is often a hundred times the slopes that are seen.
            always_log=True,
        ),
    )
}


def offered_charts(columns: Collection[str], critic: bool) -> tuple[str, ...]:
    """Names of the charts that a run with these columns can fill.

    Args:
        columns: names in the history and in the scores. Where they fill none, as before the
            first step, those charts are offered that every run has.
        critic: whether it is that of a critic.
    """
    found = [
        chart
        for chart in SECOND_CHARTS.values()
        if all(column in columns for column in chart.columns.values())
    ]
    steps = tuple(chart.name for chart in found if not chart.of_samples)
    # The first samples come before the first step.
    every_run_has = ("Distance" if critic else "Accuracy", "Gradient norms")
    return (steps or every_run_has) + tuple(chart.name for chart in found if chart.of_samples)


def default_chart(offered: Sequence[str], critic: bool) -> str:
    """The one on view as long as nobody has chosen."""
    wanted = "Distance" if critic else "Accuracy"
    return wanted if wanted in offered else offered[0]
