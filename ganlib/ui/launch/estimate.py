"""How long a run will take on this machine."""

from collections.abc import Iterable
from typing import NamedTuple

from ganlib.amounts import about
from ganlib.config import RunConfig
from ganlib.knobs import compile_time_knobs, meta
from ganlib.recipes import Recipe
from ganlib.runs.store import RunSummary
from ganlib.ui.launch.measured import MEASURED


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
