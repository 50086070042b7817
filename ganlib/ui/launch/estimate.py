"""How long a run will take on this machine, and how good it will become."""

from collections.abc import Iterable
from typing import NamedTuple

from ganlib.amounts import about
from ganlib.config import RunConfig
from ganlib.knobs import compile_time_knobs, meta
from ganlib.recipes import Recipe
from ganlib.runs.store import RunSummary
from ganlib.viz.metric_specs import name_of_score


class Measured(NamedTuple):
    """Measurements of a recipe with its own settings, for pages without a finished run.

    The speeds are those of two processor cores, and the distances those of 2,000 samples at the end
    of the runs of which the app has pictures; see tests/bench/README.md.

    Args:
        steps_per_second: on two processor cores.
        steps: of the run that was scored; 0 if none was.
        distance: the recipe's score at its end.
        real: the same score of other real samples; 0 if it is unknown.
    """

    steps_per_second: float
    steps: int = 0
    distance: float = 0.0
    real: float = 0.0


MEASURED = {
    "toy/scalar": Measured(670),
    "toy/gaussian-vector": Measured(555, 500, 0.063),
    "toy/plane": Measured(120),
    "fashion/dense": Measured(600, 93_750, 1.5, 0.18),
    "mnist/dcgan": Measured(2.3, 4_000, 1.1, 0.18),
    "mnist/basic": Measured(3.2, 10_000, 1.2, 0.18),
    "progressive": Measured(0.5, 3_500, 1.6, 0.18),
    "quickdraw/conv": Measured(0.95, 2_000, 1.0, 0.14),
    "wgan/clip": Measured(2.1, 10_000, 5.2, 0.18),
    "wgan/gp": Measured(1.3, 5_000, 2.8, 0.18),
    "sngan": Measured(2.3),
}


class Estimate(NamedTuple):
    """Duration of a run.

    Args:
        seconds: of training.
        measured: whether it comes from the speed of a run on this machine.
    """

    seconds: float
    measured: bool

    def text(self) -> str:
        """Returns the duration and its origin: "about 40 s on this machine"."""
        where = "on this machine" if self.measured else "on two processor cores"
        return f"{about(self.seconds)} {where}"


def estimate(recipe: Recipe, config: RunConfig, runs: Iterable[RunSummary]) -> Estimate | None:
    """Estimates the duration of a run from the speed of an earlier one; None if none is known.

    The newest run with the same networks and techniques counts. Without one, the newest run of
    the recipe counts, and its time is scaled by the number of samples that the networks see.
    Without any, a speed that was measured on another machine is used.

    Args:
        recipe: of the run.
        config: its settings.
        runs: of this machine, newest first.
    """
    fields = type(config).model_fields
    dumped = config.model_dump(mode="json")
    usual = recipe.Config().model_dump(mode="json")
    wanted = {
        name: dumped[name]
        for name in compile_time_knobs(config)
        if meta(fields[name])["group"] != "Data" and name != "preset"
    }
    # Values and speed of each run that can be compared.
    measured = [
        ({**dumped, **row.values}, row.status.steps_per_second)
        for row in runs
        if row.recipe == recipe.name and row.status and row.status.steps_per_second > 0
    ]
    alike = [pair for pair in measured if wanted.items() <= pair[0].items()]
    known = MEASURED.get(recipe.name)
    elsewhere = [(usual, known.steps_per_second)] if known else []
    for values, speed in (*alike, *measured, *elsewhere):
        share = _samples(dumped) / _samples(values)
        return Estimate(config.steps / speed * share, bool(measured))
    return None


def _samples(values: dict[str, float]) -> float:
    """Samples that the discriminator sees in a step, up to a factor."""
    return values["batch_size"] * (1 + values["discriminator_steps"])


def measured_quality(recipe: Recipe) -> str:
    """Returns the distance that a recipe reached and that of real samples; may be empty.

    Args:
        recipe: to describe.
    """
    found = MEASURED.get(recipe.name)
    if found is None or not found.steps:
        return ""
    real = f" (real samples {found.real:.2g})" if found.real else ""
    # Of fewer samples, as during training, all distances are larger.
    return (
        f"{name_of_score(recipe.score)} {found.distance:.2g}{real} after {found.steps:,} steps, "
        f"of {recipe.evaluation_count:,} samples"
    )
