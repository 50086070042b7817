"""Commands on runs that exist, also on those that another process trains."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import recipes
from ganlib.amounts import rate
from ganlib.cli.report import one_line, table, to_json
from ganlib.comparing import (
    Finalist,
    ScoreSummary,
    differing_settings,
    score_summary,
    unique_names,
    verdict,
)
from ganlib.errors import PATH, ConfigError, RunError, quote
from ganlib.runs import Run, RunStore, RunSummary
from ganlib.runs.control import Word
from ganlib.runs.journal import NAME, JournalReader, Line
from ganlib.runs.mailbox import send, wait_for_answer
from ganlib.runs.quality import own_scores, real_score_name
from ganlib.runs.selection import select_runs
from ganlib.runs.trainers import make_generator
from ganlib.tiles import grid_png, is_images
from ganlib.viz.metric_specs import name_of_score

_POLL_S = 0.2
_WATCH_S = 2.0
_CLEAR = "\x1b[H\x1b[2J"
# Seconds between two lines of metrics in `logs`.
_LOG_EVERY_S = 5.0


def store_of(arguments: argparse.Namespace) -> RunStore:
    """Returns the store in the folder of --runs, or the usual one."""
    return RunStore(arguments.runs or RunStore.default_root())


def runs(arguments: argparse.Namespace) -> int:
    """Lists runs, newest first, once or every two seconds."""
    store = store_of(arguments)
    if arguments.recipe is not None:
        recipes.get(arguments.recipe)
    while True:
        rows = _listed(store, arguments)
        text = to_json([_as_json(row) for row in rows]) if arguments.json else _as_table(rows)
        if arguments.watch and sys.stdout.isatty():
            text = f"{_CLEAR}{text}"
        print(text, flush=True)
        if not arguments.watch:
            return 0
        time.sleep(_WATCH_S)


def show(arguments: argparse.Namespace) -> int:
    """Prints all that is known of a run."""
    run = store_of(arguments).find(arguments.run)
    status, label = run.status(), run.label()
    report = {
        **_as_json(RunSummary.of(run)),
        "created": run.created,
        "note": label.note,
        "tags": list(label.tags),
        "group": label.group,
        "message": status.message,
        "best_scores": dict(status.best_scores),
        "checkpoints": run.checkpoint_steps(),
        "settings": dict(run.values),
    }
    if arguments.json:
        print(to_json(report))
        return 0
    scores, settings = report.pop("scores"), report.pop("settings")
    lines = {name.replace("_", " "): _text(value) for name, value in report.items() if value}
    lines |= {f"score {name}": _text(value) for name, value in scores.items()}
    lines |= {f"set {name}": _text(value) for name, value in settings.items()}
    print(table([[name, one_line(text)] for name, text in lines.items()]))
    return 0


def logs(arguments: argparse.Namespace) -> int:
    """Prints the events of a run, one per line; with --follow, until the run ends."""
    run = store_of(arguments).find(arguments.run)
    reader, log = JournalReader(run.path / NAME), _Log()
    while True:
        active = run.status().active
        for line in reader.read() or ():
            for text in log.lines(line):
                print(one_line(text), flush=True)
        if not (arguments.follow and active):
            break
        time.sleep(_POLL_S)
    if traceback := run.traceback():
        print(traceback)
    return 0


def pause(arguments: argparse.Namespace) -> int:
    """Pauses a run that trains."""
    return _ask(store_of(arguments).find(arguments.run), "pause")


def stop(arguments: argparse.Namespace) -> int:
    """Stops a run that trains, with a checkpoint."""
    return _ask(store_of(arguments).find(arguments.run), "stop")


def checkpoint(arguments: argparse.Namespace) -> int:
    """Writes a checkpoint of a run that trains."""
    run = store_of(arguments).find(arguments.run)
    before = run.status()
    send(run, "checkpoint")
    status = wait_for_answer(run, "checkpoint", before.step)
    if not status.saved_step:
        raise RunError(f"Run {run.id} is {status.state} and has no checkpoint.")
    print(f"Run {run.id} has a checkpoint at step {status.saved_step:,}.")
    return 0


def unpause(run: Run) -> int:
    """Resumes a paused run in the process that trains it."""
    return _ask(run, "unpause")


def rename(arguments: argparse.Namespace) -> int:
    """Renames a run."""
    store = store_of(arguments)
    store.rename(store.find(arguments.run).id, arguments.name)
    return 0


def note(arguments: argparse.Namespace) -> int:
    """Replaces the note of a run."""
    store = store_of(arguments)
    store.annotate(store.find(arguments.run).id, arguments.text)
    return 0


def delete(arguments: argparse.Namespace) -> int:
    """Deletes runs; none if one of them cannot be deleted."""
    store = store_of(arguments)
    found = {run.id: run for run in map(store.find, arguments.of)}
    for run in found.values():
        store.check_not_example(run.id)
        if run.status().active:
            raise RunError(f"Run {run.id} is {run.status().state}; stop it before you delete it.")
    for run_id in found:
        store.delete(run_id)
        print(f"Run {run_id} is deleted.")
    return 0


def sample(arguments: argparse.Namespace) -> int:
    """Generates samples from the newest checkpoint of a run and writes them to a file."""
    run, target = store_of(arguments).find(arguments.run), arguments.to
    recipe = recipes.get(run.recipe)
    suffixes = (".png", ".npy") if recipe.kind == "image" else (".csv", ".npy")
    if target.suffix not in suffixes or not target.absolute().parent.is_dir():
        raise ConfigError(
            f"--to must be a file in a folder that exists, ending in {' or '.join(suffixes)}. "
            f"Received: {quote(str(target), PATH)}."
        )
    samples = make_generator(run).generate(arguments.count, seed=arguments.seed)
    _write(target, samples)
    print(f"{len(samples):,} samples in {target}.")
    return 0


def compare(arguments: argparse.Namespace) -> int:
    """Prints the quality of runs, the settings that differ, and which is best."""
    store = store_of(arguments)
    found = {run.id: run for run in map(store.find, arguments.of)}
    if len(found) < 2:
        raise RunError("compare takes at least two different runs.")
    names = unique_names(
        {run_id: run.label().name for run_id, run in found.items()},
        {run_id: run.values.get("seed") for run_id, run in found.items()},
    )
    summaries = {run_id: quality_of(run) for run_id, run in found.items()}
    settings = differing_settings([run.values for run in found.values()])
    finalists = [
        Finalist(names[run_id], _score_name(run), recipes.get(run.recipe).data_key(run.values), one)
        for run_id, run in found.items()
        if (one := summaries[run_id]) is not None
    ]
    if arguments.json:
        rows = [
            {
                **_as_json(RunSummary.of(run)),
                "quality": None if (one := summaries[run_id]) is None else one._asdict(),
                "differing": {name: values[at] for name, values in settings.items()},
            }
            for at, (run_id, run) in enumerate(found.items())
        ]
        print(to_json(rows))
        return 0
    heading = ["RUN", "QUALITY", "BEST", "AT STEP", "LAST", "REAL SAMPLES", *settings]
    cells = [
        [names[run_id], _score_name(run), *_cells(summaries[run_id])]
        + [_text(values[at]) for values in settings.values()]
        for at, (run_id, run) in enumerate(found.items())
    ]
    print(table([heading, *([one_line(cell) for cell in row] for row in cells)]))
    if text := verdict(finalists):
        print(one_line(text))
    return 0


class _Log:
    """Turns lines of a journal into lines of text."""

    def __init__(self) -> None:
        self._shown_s = -_LOG_EVERY_S

    def lines(self, line: Line) -> Iterator[str]:
        """Yields what to print of one line of the journal."""
        kind, status, step = line["kind"], line["status"], f"step {line['step']:,}"
        if kind == "metrics":
            elapsed = float(status.get("elapsed_s", 0.0))
            if elapsed >= self._shown_s + _LOG_EVERY_S:
                self._shown_s = elapsed
                losses = [
                    f"{name.replace('_', ' ')} {value:.3f}"
                    for name, value in status.get("latest", {}).items()
                    if name.endswith("_loss")
                ]
                speed = f"{rate(status.get('steps_per_second', 0.0))} steps/s"
                yield ", ".join([step, speed, *losses])
        elif kind == "samples":
            scores = line.get("scores", {}).items()
            yield ", ".join([f"{step}: samples", *(f"{name} {one:.3g}" for name, one in scores)])
        elif kind == "change":
            changed = line.get("knobs") or f"one step of the {line.get('learns')} alone"
            yield f"{step}: {_text(changed)}"
        elif text := status.get("phase") or status.get("message"):
            yield f"{step}: {kind}: {text}"
        else:
            yield f"{step}: {kind}"


def _listed(store: RunStore, arguments: argparse.Namespace) -> list[RunSummary]:
    rows = select_runs(
        store.list(),
        recipe=arguments.recipe,
        state=arguments.state,
        tag=arguments.tag,
        group=arguments.group,
        search=arguments.search or "",
    )
    if arguments.sort != "created":
        rows.sort(key=lambda row: _sort_key(row, arguments.sort))
    return rows[: arguments.limit]


def _sort_key(row: RunSummary, name: str) -> Any:
    if name == "quality":
        return _quality(row)
    value = _as_json(row)[name]
    return value.casefold() if isinstance(value, str) else value


def _as_json(row: RunSummary) -> dict[str, Any]:
    status = row.status
    return {
        "run_id": row.id,
        "name": row.label.name,
        "recipe": row.recipe,
        "state": status.state if status else "damaged",
        "step": status.step if status else 0,
        "steps": status.steps if status else 0,
        "scores": dict(status.scores) if status else {},
    }


def _as_table(rows: Sequence[RunSummary]) -> str:
    heading = ["RUN", "NAME", "RECIPE", "STATE", "STEP", "QUALITY"]
    cells = []
    for row in rows:
        one = _as_json(row)
        quality = _quality(row)
        cells.append(
            [
                row.id,
                row.label.name,
                row.recipe,
                one["state"],
                f"{one['step']:,} of {one['steps']:,}",
                f"{quality:.3g}" if np.isfinite(quality) else "-",
            ]
        )
    return table([heading, *([one_line(cell) for cell in row] for row in cells)])


def _quality(row: RunSummary) -> float:
    """The best score of a run; infinite if there is none."""
    recipe = recipes.all_recipes().get(row.recipe)
    scores = row.status.best_scores if row.status else {}
    value = scores.get(recipe.score) if recipe else None
    return float("inf") if value is None or not np.isfinite(value) else float(value)


def _ask(run: Run, word: Word) -> int:
    send(run, word)
    status = wait_for_answer(run, word)
    print(f"Run {run.id} is {status.state} at step {status.step:,}.")
    return 0


def _write(target: Path, samples: np.ndarray) -> None:
    try:
        if target.suffix == ".npy":
            with target.open("wb") as file:
                np.save(file, samples)
        elif is_images(samples):
            target.write_bytes(grid_png(samples))
        else:
            np.savetxt(target, samples.reshape(len(samples), -1), delimiter=",", fmt="%.9g")
    except OSError as error:
        raise RunError(f"{target} cannot be written: {error.strerror}.") from None


def quality_of(run: Run) -> ScoreSummary | None:
    """Returns the quality of a run's samples over training; None if none have been scored."""
    recipe = recipes.get(run.recipe)
    return score_summary(own_scores(run, run.scores()), recipe.score, real_score_name(recipe))


def _score_name(run: Run) -> str:
    return name_of_score(recipes.get(run.recipe).score)


def _cells(summary: ScoreSummary | None) -> list[str]:
    if summary is None:
        return ["-"] * 4
    real = "-" if summary.real is None else f"{summary.real:.3g}"
    return [f"{summary.best:.3g}", f"{summary.best_step:,}", f"{summary.last:.3g}", real]


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return f"{value:,}" if type(value) is int else str(value)
