"""Table of the charts of metrics over training: one row per chart.

To add a metric to the page, write the line that computes it (a recipe's `evaluate` for generated
samples, the training step for every step) and a row here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

Axis = Literal["number", "from zero", "share", "count", "rate", "share of white"]


@dataclass(frozen=True, kw_only=True)
class MetricSpec:
    """One chart of one or more metrics over training.

    Args:
        name: shown in the list of charts.
        curves: name of a curve to name of its metric. "{discriminator}" stands for "critic" where
            the recipe trains a critic. `ganlib.viz.colours` gives some names a fixed colour.
        unit: title of the vertical axis.
        help: one sentence on the meaning of the metric.
        axis: range and ticks of the vertical axis. "share" runs from 0 to 100 %.
        label: a curve's entry in the legend; "{}" is the curve's name.
        level: a dotted horizontal line at this value.
        shadow: opacity of the raw values behind a smoothed curve.
        smoothed: whether the running mean applies to values of every step.
        log: when the vertical axis is logarithmic: if the user chooses it, always or never.
        of_samples: whether the metrics are scores of saved samples instead of values of every
            step.
    """

    name: str
    curves: dict[str, str]
    unit: str
    help: str
    axis: Axis = "number"
    label: str = "{}"
    level: float | None = None
    shadow: float = 0.18
    smoothed: bool = True
    log: Literal["chosen", "always", "never"] = "chosen"
    of_samples: bool = False

    @property
    def alt(self) -> str:
        """Describes the chart to a screen reader."""
        return f"{self.name} over training: {self.help}"

    def is_log(self, chosen: bool) -> bool:
        """Returns whether the vertical axis is logarithmic, given the user's choice."""
        return self.log == "always" or (self.log == "chosen" and chosen)


LOSSES = MetricSpec(
    name="Losses",
    curves={"{discriminator}": "discriminator_loss", "generator": "generator_loss"},
    unit="loss",
    help="the loss of each network, without gradient penalties.",
)

METRICS: dict[str, MetricSpec] = {
    spec.name: spec
    for spec in (
        MetricSpec(
            name="Accuracy",
            curves={"real": "accuracy_real", "generated": "accuracy_generated"},
            unit="accuracy",
            axis="share",
            label="on {}",
            level=0.5,
            # The accuracy of a batch jumps between 0 and 1: a darker shadow would hide the mean.
            shadow=0.07,
            log="never",
            help="how often the discriminator is right. At 50 %, the dotted line, it is no "
            "better than a coin toss.",
        ),
        MetricSpec(
            name="Distance",
            curves={"critic": "critic_distance"},
            unit="distance",
            label="{}'s estimate",
            level=0.0,
            help="the critic's estimate of how far generated samples are from real ones "
            "(Wasserstein distance, up to a factor). It should fall.",
        ),
        MetricSpec(
            name="Clipped weights",
            curves={"{discriminator}": "clipped_share"},
            unit="clipped",
            axis="share",
            label="weights of {}",
            smoothed=False,
            log="never",
            help="the share of the critic's weights at the limit they are clipped to. If nearly "
            "all are there, the critic can only represent simple functions.",
        ),
        MetricSpec(
            name="Learning rates",
            curves={
                "{discriminator}": "discriminator_learning_rate",
                "generator": "generator_learning_rate",
            },
            unit="rate",
            axis="rate",
            smoothed=False,
            help="the size of each optimiser's steps, where it changes during training.",
        ),
        MetricSpec(
            name="Gradient norms",
            curves={
                "{discriminator}": "discriminator_gradient_norm",
                "generator": "generator_gradient_norm",
            },
            unit="gradient norm",
            help="the norm of the gradient with respect to all weights of each network.",
        ),
        MetricSpec(
            name="Peaks found",
            curves={"generated": "modes"},
            unit="peaks",
            axis="count",
            label="found by {}",
            log="never",
            of_samples=True,
            help="how many of the peaks have a generated point near them.",
        ),
        MetricSpec(
            name="Near a peak",
            curves={"generated": "high_quality"},
            unit="near a peak",
            axis="share",
            log="never",
            of_samples=True,
            help="the share of generated points within three standard deviations of a peak, which "
            "papers call high-quality samples. Of real points it is 98.9 %.",
        ),
        MetricSpec(
            name="Reverse KL",
            curves={"generated": "reverse_kl"},
            unit="reverse KL",
            axis="from zero",
            log="never",
            of_samples=True,
            help="how unevenly generated points are spread over the peaks, in nats. 0 is even.",
        ),
        MetricSpec(
            name="Sliced Wasserstein-1",
            curves={"generated": "sliced_w1_over_sigma", "floor": "sliced_w1_floor"},
            unit="sliced W1",
            axis="from zero",
            of_samples=True,
            help="how far generated points are from real ones, in standard deviations: the mean "
            "Wasserstein-1 distance of their projections onto 16 directions. It grows when "
            "peaks are missing. In 95 % of all cases, two real samples of this size are "
            "nearer to each other than the floor.",
        ),
        MetricSpec(
            name="Wasserstein-1",
            curves={"generated": "w1_over_sigma", "real": "w1_over_sigma_real"},
            unit="W1 / sigma",
            axis="from zero",
            log="never",
            of_samples=True,
            help="how far generated values are from real ones, in standard deviations. The blue "
            "line is the distance between two real samples.",
        ),
        MetricSpec(
            name="Fréchet distance",
            curves={"generated": "frechet", "real": "frechet_real"},
            unit="Fréchet",
            axis="from zero",
            of_samples=True,
            help="how far generated images are from real ones in the features of a small "
            "classifier. Lower is better. The blue line is the distance between two samples of "
            "real images.",
        ),
        MetricSpec(
            name="Coverage",
            curves={"generated": "coverage", "real": "coverage_real"},
            unit="coverage",
            axis="share",
            log="never",
            of_samples=True,
            help="how diverse generated samples are: the share of real samples that have a "
            "generated sample in their neighbourhood, which reaches to the fifth nearest real "
            "sample. The blue line is the coverage of another real sample.",
        ),
        MetricSpec(
            name="Brightness",
            curves={"generated": "pixel_w1"},
            unit="brightness",
            axis="share of white",
            log="never",
            of_samples=True,
            help="how far the brightness of generated pixels is from that of real ones, as a share "
            "of full white. It says nothing about what the images show.",
        ),
        MetricSpec(
            name="Lipschitz bound",
            curves={"upper bound": "lipschitz_bound", "largest seen": "largest_slope"},
            unit="slope",
            # The bound is often a hundred times the largest slope seen.
            log="always",
            of_samples=True,
            help="the discriminator's score changes by at most this much per unit of distance "
            "between two inputs. The true limit lies between this bound and the largest slope "
            "seen at samples.",
        ),
    )
}


def available_metrics(recorded: Collection[str], critic: bool) -> tuple[str, ...]:
    """Returns the names of the charts for which a run has data.

    Args:
        recorded: names of the run's metrics and scores. Before the first step there are none;
            then the charts that every run has are returned.
        critic: whether the run trains a critic.
    """
    found = [
        spec
        for spec in METRICS.values()
        # Runs of earlier versions do not have all scores of a chart.
        if (any if spec.of_samples else all)(one in recorded for one in spec.curves.values())
    ]
    of_steps = tuple(spec.name for spec in found if not spec.of_samples)
    of_every_run = ("Distance" if critic else "Accuracy", "Gradient norms")
    return (of_steps or of_every_run) + tuple(spec.name for spec in found if spec.of_samples)


def default_metric(available: Sequence[str], critic: bool) -> str:
    """Returns the name of the chart that is shown until the user chooses another.

    Args:
        available: names of the charts, from `available_metrics`.
        critic: whether the run trains a critic.
    """
    wanted = "Distance" if critic else "Accuracy"
    return wanted if wanted in available else available[0]


def name_of_score(score: str) -> str:
    """Returns the name under which charts show a score, such as "Fréchet distance"."""
    for spec in METRICS.values():
        if spec.of_samples and score in spec.curves.values():
            return spec.name
    return score.replace("_", " ")
