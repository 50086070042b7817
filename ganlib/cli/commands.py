"""The commands. Each of them checks its arguments before it imports TensorFlow."""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

from ganlib import examples
from ganlib import recipes as known
from ganlib.bench.results import BOOK_RECIPES, HEADING, as_json, machine, row
from ganlib.cli import run_commands
from ganlib.cli.arguments import command_line, given_knobs
from ganlib.cli.dashboard import dashboard
from ganlib.cli.progress import progress
from ganlib.cli.report import one_line, table, to_json
from ganlib.cli.run_commands import store_of, unpause
from ganlib.cli.search import search
from ganlib.cli.training import print_run, run_report, train_group, train_run
from ganlib.config import RunConfig
from ganlib.errors import PATH, ConfigError, quote
from ganlib.events import Phase
from ganlib.recipes import Recipe
from ganlib.runs import Run, fork_run, queue_again
from ganlib.runs.groups import seeded
from ganlib.runs.trainers import (
    check_fork,
    check_memory,
    check_surroundings,
    config_at,
    new_config,
)
from ganlib.settings import read_settings_file
from ganlib.viz.speeds import speeds_figure


def recipes(arguments: argparse.Namespace) -> int:
    """Lists all recipes with their datasets, sources and numbers of parameters."""
    from ganlib.training import count_parameters

    rows: list[dict[str, Any]] = [
        {
            "name": recipe.name,
            "title": recipe.title,
            "source": recipe.source.text,
            "url": recipe.source.url,
            "dataset": recipe.dataset,
            "parameters": count_parameters(recipe),
        }
        for recipe in known.all_recipes().values()
    ]
    if arguments.json:
        print(to_json(rows))
        return 0
    heading = ["RECIPE", "TITLE", "DATASET", "GENERATOR", "DISCRIMINATOR", "SOURCE"]
    cells = [
        [
            *(row[key] for key in ("name", "title", "dataset")),
            *(f"{row['parameters'][network]:,}" for network in ("generator", "discriminator")),
            row["source"],
        ]
        for row in rows
    ]
    print(table([heading, *cells]))
    return 0


def source(arguments: argparse.Namespace) -> int:
    """Prints a recipe as a standalone program."""
    print(examples.source_of(arguments.recipe), end="")
    return 0


def train(arguments: argparse.Namespace) -> int:
    """Trains a recipe in a new run, or several seeds in a group of runs."""
    recipe = known.get(arguments.recipe)
    knobs = given_knobs(arguments)
    config = new_config(recipe.name, {**_settings(arguments, recipe.name, knobs), **knobs})
    check_memory(recipe.name, config)
    store = store_of(arguments)
    if arguments.seeds is not None:
        configs = seeded(recipe, config, arguments.seeds)
        return train_group(store, recipe, configs, arguments)
    return train_run(store.create(recipe.name, config), config, arguments)


def resume(arguments: argparse.Namespace) -> int:
    """Continues a run that has ended; a paused one goes on in the process that trains it."""
    run = store_of(arguments).find(arguments.run_id)
    knobs = given_knobs(arguments)
    if run.status().state == "paused" and not knobs:
        return unpause(run)
    config = _stored_config(run, knobs)
    check_surroundings(config)
    check_memory(run.recipe, config)
    try:
        config = queue_again(run, config.steps if knobs else None)
    except BaseException:
        run.lock.release()
        raise
    return train_run(run, config, arguments)


def fork(arguments: argparse.Namespace) -> int:
    """Trains a new run from a checkpoint of another run."""
    store = store_of(arguments)
    parent = store.find(arguments.run_id)
    steps = parent.checkpoint_steps()
    step = arguments.step if arguments.step is not None else max(steps, default=0)
    values = config_at(parent, step).model_dump(mode="json")
    config: RunConfig = _recipe(parent).parse({**values, **given_knobs(arguments)})
    check_surroundings(config)
    check_memory(parent.recipe, config)
    if step in steps:
        check_fork(parent, step, config)
    run = fork_run(store, parent.id, step, config)
    message = f"Forked from {parent.id} at step {step:,}; trains to step {config.steps:,}."
    print(one_line(message), file=sys.stderr)
    return train_run(run, config, arguments)


def evaluate(arguments: argparse.Namespace) -> int:
    """Scores the newest checkpoint of a run, which may still be training."""
    run = store_of(arguments).find(arguments.run_id)
    status = run.status()
    recipe, config = _recipe(run), _stored_config(run, {})
    checkpoint = run.latest_checkpoint()
    with closing(progress(status.steps)) as bar:
        bar.show(Phase("loading TensorFlow"))
        from ganlib.training import evaluate_state

        bar.show(Phase(f"scoring {recipe.evaluation_count:,} samples"))
        weights_sha256, scores = evaluate_state(recipe, config, checkpoint.state)
    scored = replace(
        status,
        step=checkpoint.step,
        weights_sha256=weights_sha256,
        metrics=scores,
    )
    print_run(run_report(run, config, scored), arguments)
    return 0


def bench(arguments: argparse.Namespace) -> int:
    """Measures the speed of the books' recipes one after the other."""
    for name in arguments.recipes:
        if name not in BOOK_RECIPES:
            raise ConfigError(f"bench takes {', '.join(BOOK_RECIPES)}. Received: {quote(name)}.")
    names = dict.fromkeys(arguments.recipes or BOOK_RECIPES)
    if arguments.chart is not None and not arguments.chart.absolute().parent.is_dir():
        raise ConfigError(
            f"--chart must be a file in a folder that exists. Received: {str(arguments.chart)!r}."
        )
    if arguments.chart is not None and arguments.chart.is_dir():
        raise ConfigError(f"--chart must be a file. Received: {quote(str(arguments.chart), PATH)}.")
    from ganlib.bench.speed import measure

    found = []
    for name in names:
        print(f"measuring {name}", file=sys.stderr)
        found.append(measure(name, repeats=arguments.repeats, seconds=arguments.seconds))
    if arguments.json:
        print(to_json({"machine": machine(), "recipes": [as_json(one) for one in found]}))
    else:
        print(", ".join(f"{name} {text}" for name, text in machine().items()))
        print(table([HEADING, *(row(one) for one in found)]))
    if arguments.chart is not None:
        ratios = [one.ratios() for one in found]
        chart = speeds_figure([one.recipe for one in found], ratios)
        arguments.chart.write_text(chart.to_plotly(height=360).to_html())
    return 0


def completion(arguments: argparse.Namespace) -> int:
    """Prints a script that completes commands and options in a shell."""
    import shtab

    print(shtab.complete(command_line(), arguments.shell))
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "dashboard": dashboard,
    "recipes": recipes,
    "source": source,
    "train": train,
    "search": search,
    "resume": resume,
    "fork": fork,
    "evaluate": evaluate,
    "runs": run_commands.runs,
    "show": run_commands.show,
    "logs": run_commands.logs,
    "pause": run_commands.pause,
    "stop": run_commands.stop,
    "checkpoint": run_commands.checkpoint,
    "rename": run_commands.rename,
    "note": run_commands.note,
    "delete": run_commands.delete,
    "sample": run_commands.sample,
    "compare": run_commands.compare,
    "bench": bench,
    "completion": completion,
}


def _settings(arguments: argparse.Namespace, recipe: str, knobs: dict[str, str]) -> dict[str, Any]:
    """The settings in the file of --config; other options override them."""
    files: list[str] = arguments.configs or []
    if len(files) > 1:
        first, second = (quote(file, PATH) for file in files[:2])
        raise ConfigError(f"--config may be given only once. Received: {first} and {second}.")
    found = read_settings_file(files[0], recipe) if files else {}
    preset = found.get("preset")
    # A file from a page sets every knob, so that another preset would have no effect.
    if preset is not None and knobs.get("preset", preset) != preset:
        raise ConfigError(
            f"preset must be {quote(preset)}, the preset of this --config file. "
            f"Received: {quote(knobs['preset'])}."
        )
    return found


def _recipe(run: Run) -> Recipe[Any]:
    return known.get(run.recipe)


def _stored_config(run: Run, knobs: dict[str, str]) -> RunConfig:
    """The settings of a run, with some replaced; `steps` is the total in its status."""
    config: RunConfig = _recipe(run).parse({**run.values, "steps": run.status().steps, **knobs})
    return config
