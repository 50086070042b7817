"""Our trainer beside the book's loop, on the same data, in turns."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

# First, for every other module here imports TensorFlow too, and lets it talk.
import ganlib.tf_import  # noqa: F401
from ganlib import recipes
from ganlib.bench.arithmetic import step_gflop
from ganlib.bench.book_process import BookProcess
from ganlib.bench.books import LOOPS
from ganlib.bench.peak import matrix_gflops
from ganlib.bench.results import RecipeSpeed, Speed
from ganlib.config import RunConfig
from ganlib.events import Metrics
from ganlib.recipes.base import Recipe
from ganlib.training import Trainer, devices, networks, precision

# More steps than any measurement makes.
_ENDLESS = 1_000_000

# Trains for about so many seconds -> (steps, seconds).
Contender = Callable[[float], tuple[int, float]]


def measure(name: str, *, repeats: int = 5, seconds: float = 4.0) -> RecipeSpeed:
    """Lets the book's loop and our trainer take turns.

    Both train the same networks with the same losses and optimisers.

    Args:
        name: one of BOOK_RECIPES.
        repeats: turns of each.
        seconds: of one turn, at least one step.

    Raises:
        DataError: the recipe's data could not be had.
    """
    recipe = recipes.get(name)
    knobs = LOOPS[name].knobs
    config: RunConfig = recipe.parse(knobs)
    place = devices.choose(config.devices)
    policy = precision.choose(recipe, config, place.first)
    data = recipe.load(config)
    peaks = {"peak_float32": "float32", "peak_default": policy.removeprefix("mixed_")}
    with closing(BookProcess(name)) as book:
        contenders: dict[str, Contender] = {
            "book": book,
            "float32": trainer_turns(recipe, {**knobs, "precision": "float32"}),
            "default": trainer_turns(recipe, knobs),
        }
        found: dict[str, list[float]] = {key: [] for key in (*contenders, *peaks)}
        for train in contenders.values():
            # Compiles, and grows the number of steps in a call.
            train(min(seconds, 2.0))
        for _ in range(repeats):
            for key, train in contenders.items():
                steps, took = train(seconds)
                found[key].append(steps / took)
            for key, dtype in peaks.items():
                found[key].append(matrix_gflops(place.first, dtype))
    plain, faster = (_built(recipe, config, data.sample_shape, plain=one) for one in (True, False))
    speeds = {key: Speed(tuple(values)) for key, values in found.items()}
    return RecipeSpeed(
        name,
        data.report.sentence(),
        config.batch_size,
        place.name,
        policy,
        gflop=step_gflop(recipe, config, *plain),
        gflop_done=step_gflop(recipe, config, *faster),
        **speeds,
    )


def trainer_turns(recipe: Recipe[Any], knobs: dict[str, object]) -> Contender:
    """Our trainer, which goes on where it stopped with every call.

    Args:
        recipe: what it trains.
        knobs: those that are not as by default.
    """
    endless = {"steps": _ENDLESS, "sample_every": _ENDLESS, "checkpoint_every": _ENDLESS}
    events: Iterator[Any] = Trainer(recipe, recipe.parse({**endless, **knobs})).events()

    def train(seconds: float) -> tuple[int, float]:
        began, steps = time.perf_counter(), 0
        while not steps or time.perf_counter() - began < seconds:
            event = next(events)
            if isinstance(event, Metrics):
                steps += len(event.values)
        return steps, time.perf_counter() - began

    return train


def _built(
    recipe: Recipe[Any], config: RunConfig, sample_shape: tuple[int, ...], *, plain: bool
) -> tuple[Any, Any]:
    return (
        networks.build_generator(recipe, config, plain=plain),
        networks.build_discriminator(recipe, config, sample_shape, plain=plain),
    )
