"""Trains runs until they end, and prints what came of them."""

import argparse
import shlex
import signal
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, NamedTuple

from ganlib.cli.progress import progress
from ganlib.cli.report import group_text, one_line, run_text, to_json
from ganlib.cli.run_commands import quality_of
from ganlib.cli.signals import stop_on_signals
from ganlib.comparing import group_summary
from ganlib.config import RunConfig
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import Run, RunControl, RunStore, Status, execute, make_trainer


class Ended(NamedTuple):
    """A run that has ended.

    Args:
        run: the run.
        report: what the command prints of it; see `report.run_text`.
        code: exit code of the command.
        message: why it has not finished; empty if it has.
        signal: number of the signal that asked it to stop; 0 if there was none.
    """

    run: Run
    report: dict[str, Any]
    code: int
    message: str
    signal: int


def train_run(run: Run, config: RunConfig, arguments: argparse.Namespace) -> int:
    """Trains a queued run, prints its report, and returns the exit code.

    Args:
        run: the run, owned by this process.
        config: its settings.
        arguments: of the command.
    """
    ended = _trained(run, config, arguments)
    print_run(ended.report, arguments)
    if ended.message:
        print(one_line(ended.message), file=sys.stderr)
    return ended.code


def train_group(
    store: RunStore, recipe: Recipe, configs: Sequence[RunConfig], arguments: argparse.Namespace
) -> int:
    """Trains several seeds one after another as a group, and prints a report of the group.

    The other runs still train if one fails or another process stops it. Ctrl-C or SIGTERM stops the
    current run; later runs are not created.

    Args:
        store: in which the runs are created.
        recipe: of the runs.
        configs: the settings of each run, which only differ in their seeds.
        arguments: of the command.
    Returns:
        The exit code: of the signal, or else of the first run that has failed.
    """
    group = store.new_group(recipe.name, configs[0], len(configs))
    ended: list[Ended] = []
    code = 0
    for at, config in enumerate(configs, 1):
        print(f"Run {at} of {len(configs)}: seed {config.seed}.", file=sys.stderr, flush=True)
        try:
            run = store.create(recipe.name, config, group=group)
            one = _trained(run, config, arguments)
        except KeyboardInterrupt:
            # Between two runs, or a second time in one.
            code = 128 + signal.SIGINT
            break
        ended.append(one)
        code = code or one.code
        if one.message:
            print(one_line(one.message), file=sys.stderr)
        # The signal may arrive after the last step of a run.
        if one.signal and (one.message or at < len(configs)):
            code = 128 + one.signal
            break
    report = _group_report(group, recipe, configs, ended)
    print(to_json(report) if arguments.json else group_text(report))
    if left := [str(config.seed) for config in configs[at:]]:
        print(f"Not started: seed{'s' * (len(left) > 1)} {', '.join(left)}.", file=sys.stderr)
    return code


def run_report(run: Run, config: RunConfig, status: Status) -> dict[str, Any]:
    """Returns the report of a run, as the commands print it in JSON.

    Args:
        run: the run.
        config: its settings.
        status: at its end.
    """
    return {
        "run_id": run.id,
        "recipe": run.recipe,
        "seed": config.seed,
        "step": status.step,
        "status": status.state,
        "steps_per_second": status.steps_per_second,
        "weights_sha256": status.weights_sha256,
        "metrics": status.metrics,
    }


def print_run(report: dict[str, Any], arguments: argparse.Namespace) -> None:
    """Prints the report of a run, as JSON if the arguments ask for it."""
    print(to_json(report) if arguments.json else run_text(report))


def _trained(run: Run, config: RunConfig, arguments: argparse.Namespace) -> Ended:
    errors: list[Exception] = []
    control = RunControl(attended=False)
    stopping = stop_on_signals(lambda: control.send("stop"))
    with stopping as caught, closing(progress(config.steps)) as bar:
        state = execute(run, make_trainer, control, bar.show, on_error=errors.append)
    status = run.status()
    report = run_report(run, config, replace(status, state=state))
    if state == "finished":
        return Ended(run, report, 0, "", caught.signal)
    if state == "stopped":
        # Another process may have stopped it, as its user wished.
        code = 128 + caught.signal if caught.signal else 0
        return Ended(run, report, code, _how_to_resume(run, status, arguments), caught.signal)
    message = status.message or "Its folder has no error message."
    code = 2 if any(isinstance(error, UserError) for error in errors) else 1
    return Ended(run, report, code, f"Run {run.id} failed. {message}", caught.signal)


def _group_report(
    group: str, recipe: Recipe, configs: Sequence[RunConfig], ended: Sequence[Ended]
) -> dict[str, Any]:
    """The report of a group; the final scores are those of the newest scored samples."""
    found = [quality_of(one.run) for one in ended]
    scored = [(one, quality.last) for one, quality in zip(ended, found, strict=True) if quality]
    summary = group_summary([last for _, last in scored])
    return {
        "group": group,
        "recipe": recipe.name,
        "seeds": [config.seed for config in configs],
        "score": recipe.score,
        "scored": summary.scored if summary else 0,
        "mean": summary.mean if summary else None,
        "standard_deviation": summary.deviation if summary else None,
        "standard_error": summary.standard_error if summary else None,
        "worst": summary.worst if summary else None,
        "worst_seed": scored[summary.worst_at][0].report["seed"] if summary else None,
        "runs": [
            {**one.report, "final_score": quality.last if quality else None}
            for one, quality in zip(ended, found, strict=True)
        ],
    }


def _how_to_resume(run: Run, status: Status, arguments: argparse.Namespace) -> str:
    where = (
        f"at step {status.step:,} of {status.steps:,}" if status.step else "before its first step"
    )
    command = ["python", "-m", "ganlib", "resume", run.id]
    if arguments.runs is not None:
        command += ["--runs", str(arguments.runs)]
    return f"Run {run.id} was stopped {where}. To continue: {shlex.join(command)}"
