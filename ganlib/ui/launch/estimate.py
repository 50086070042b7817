"""How long a run will take on this machine."""

from collections.abc import Iterable

from ganlib.config import RunConfig
from ganlib.knobs import compile_time_knobs, meta
from ganlib.recipes import Recipe
from ganlib.runs.store import RunSummary


def seconds_of_run(recipe: Recipe, config: RunConfig, runs: Iterable[RunSummary]) -> float | None:
    """Estimates the duration of a run from the speed of earlier ones; None if there are none.

    The newest run with the same networks and techniques counts. Without one, the newest run of
    the recipe counts, and its time is scaled by the number of samples that the networks see.

    Args:
        recipe: of the run.
        config: its settings.
        runs: of this machine, newest first.
    """
    measured = [
        (row, row.status.steps_per_second)
        for row in runs
        if row.recipe == recipe.name and row.status and row.status.steps_per_second > 0
    ]
    if not measured:
        return None
    fields = type(config).model_fields
    dumped = config.model_dump(mode="json")
    wanted = {
        name: dumped[name]
        for name in compile_time_knobs(config)
        if meta(fields[name])["group"] != "Data" and name != "preset"
    }
    for row, speed in measured:
        if all(row.values.get(name) == value for name, value in wanted.items()):
            return config.steps / speed
    row, speed = measured[0]
    return config.steps / speed * _samples(dumped) / _samples({**dumped, **row.values})


def _samples(values: dict[str, float]) -> float:
    """Samples that the discriminator sees in a step, up to a factor."""
    return values["batch_size"] * (1 + values["discriminator_steps"])
