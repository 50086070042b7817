"""Makes the example runs that ship with the app, in `ganlib/runs/examples`.

`python -m tests.bench.make_examples RUNS` trains those that the folder RUNS does not have yet (two
hours of two cores for the images) and copies a small part of each: some of the saved steps, some of
the samples, a row of metrics here and there, no checkpoints. All numbers are the run's own.
"""

import argparse
import shutil
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.runs import EXAMPLES, Run, RunControl, RunStore, execute, make_trainer
from ganlib.runs.blobs import Blob, write_blob
from ganlib.runs.journal import NAME, JournalWriter, encode_rows
from ganlib.runs.quality import first_close_step
from ganlib.tiles import is_images

MAX_BYTES = 3_000_000
# Rows of metrics that are kept.
_ROWS = 100
_REAL_NUMBERS = 500
# Samples of new noise that are kept at the last step, and real images.
_AT_LAST = 64
# Views of the discriminator and the generator, not of samples.
_WHOLE = ("surface", "surface_at", "manifold", "pull")


def heart() -> str:
    """Returns a heart as the drawing pad would write it; see `ganlib.data.drawing`."""
    t = np.linspace(0, 2 * np.pi, 49)
    x = 16 * np.sin(t) ** 3 / 18
    y = (13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t) + 2.5) / 18
    return " ".join(f"{round(a, 3):g},{round(b, 3):g}" for a, b in zip(x, y, strict=True))


@dataclass(frozen=True)
class Example:
    """A run to ship.

    Args:
        name: shown above it.
        recipe: name of its recipe.
        values: settings that differ from the recipe's defaults.
        steps: saved steps that are kept.
        fixed: samples of the fixed noise that are kept at each of them.
        fresh: samples of new noise that are kept at each of them.
    """

    name: str
    recipe: str
    values: Mapping[str, Any] = field(default_factory=dict)
    steps: int = 22
    fixed: int = 25
    fresh: int = 4

    @property
    def config(self) -> RunConfig:
        """The settings of the run."""
        config: RunConfig = recipes.get(self.recipe).parse(dict(self.values))
        return config


_NUMBERS: dict[str, Any] = {"steps": 24, "fixed": 400, "fresh": 300}
_POINTS: dict[str, Any] = {"steps": 20, "fixed": 300, "fresh": 250}
_IMAGES: dict[str, Any] = {"steps": 16}
EXAMPLES_TO_MAKE = (
    Example("Two peaks", "toy/scalar", {"sample_every": 20}, **_NUMBERS),
    Example("Mode collapse", "toy/plane", {"preset": "plain GAN", "sample_every": 20}, **_POINTS),
    Example(
        "The same, cured",
        "toy/plane",
        {"preset": "cured", "steps": 6_000, "sample_every": 50},
        **_POINTS,
    ),
    Example(
        "A drawn heart",
        "toy/plane",
        {"steps": 6_000, "target": "drawn", "drawing": heart(), "sample_every": 50},
        **_POINTS,
    ),
    Example(
        "Handwritten digits",
        "fashion/dense",
        {"dataset": "mnist", "steps": 60_000, "sample_every": 300},
        **_IMAGES,
    ),
    Example("Apples", "quickdraw/conv", {"steps": 1_000, "sample_every": 20}, **_IMAGES),
)


def trained(example: Example, store: RunStore) -> Run:
    """Returns the run of an example; trains it unless the store has it.

    Args:
        example: to be trained.
        store: keeps the complete runs.
    """
    wanted = example.config.model_dump(mode="json")
    for row in store.list():
        if row.recipe == example.recipe and dict(row.values) == wanted:
            return store.open(row.id)
    print(f"{example.name}: training", flush=True)
    run = store.create(example.recipe, example.config)
    execute(run, make_trainer, RunControl())
    return store.open(run.id)


def copy_part(run: Run, example: Example, folder: Path) -> None:
    """Writes a small copy of a run.

    Args:
        run: complete, and ended.
        example: what to keep.
        folder: of the copy; its name is the run's id.
    """
    record = run.record()
    short = {"state": "running", "steps": record.status.steps}
    with closing(_journal(folder)) as journal:
        journal.append("created", 0, {**short, "state": "queued"}, run.header.fields())
        real = run.real_views()
        most = _AT_LAST if is_images(real["real"]) else _REAL_NUMBERS
        first = {name: array[:most] for name, array in real.items()}
        if is_images(real["real"]):
            # As many as generated ones, for two grids of the same size.
            first["real"] = real["real"][: example.fixed]
        blob = write_blob(folder, "samples/real.npz", first, sync=False)
        journal.append("started", 0, short, {"real": asdict(blob)})
        rows = np.linspace(0, len(record.history) - 1, _ROWS).astype(int).tolist()
        by_step = {int(record.history.step[row]): row for row in rows}
        kept = _steps_to_keep(run, example.steps)
        for step in sorted({*by_step, *kept}):
            if step in by_step:
                journal.append("metrics", step, short, _metrics(record.history, by_step[step]))
            if step in kept:
                blob = _copy_samples(run, step, example, folder)
                scores = record.scores.at(step)
                journal.append("samples", step, short, {**asdict(blob), "scores": scores})
        # There are no checkpoints.
        ended = replace(record.status, saved_step=0, data=_without_place(record.status.data))
        journal.append("ended", ended.step, ended.fields(), run.header.fields())
        journal.sync()


def _journal(folder: Path) -> JournalWriter:
    folder.mkdir(parents=True)
    return JournalWriter(folder / NAME)


def _steps_to_keep(run: Run, count: int) -> list[int]:
    """Returns saved steps: the best, the first that is close to real samples, and others, closer
    together at the start and where samples change more."""
    steps = np.array(run.sample_steps())
    samples = [run.samples(int(step))["fixed"].astype(np.float64) for step in steps]
    changes = [np.abs(b - a).mean() for a, b in pairwise(samples)]
    changed = np.concatenate([[0.0], np.cumsum(changes)])
    along = changed / changed[-1] + np.sqrt(np.linspace(0, 1, len(steps)))
    nearest = [int(np.abs(along - at).argmin()) for at in np.linspace(0, 2, count)]
    close = first_close_step(recipes.get(run.recipe), run.scores())
    named = {*run.status().best_steps.values(), *([] if close is None else [close])}
    return sorted({int(step) for step in steps[nearest]} | named & set(steps.tolist()))


def _metrics(history: Any, row: int) -> dict[str, Any]:
    values = history.values[2:, row][None]
    time_s = float(history.time_s[row])
    return {
        "first_step": int(history.step[row]),
        "names": history.names,
        "since_s": time_s,
        "elapsed_s": time_s,
        **encode_rows(values),
    }


def _copy_samples(run: Run, step: int, example: Example, folder: Path) -> Blob:
    arrays = run.samples(step)
    few = {"fixed": example.fixed, "noise": example.fixed}
    # At the last step enough are kept to compare their distribution with that of real samples.
    is_last = step == run.sample_steps()[-1]
    others = max(example.fresh, _AT_LAST) if is_last else example.fresh
    cut = {
        name: array if name in _WHOLE else array[: few.get(name, others)]
        for name, array in arrays.items()
    }
    return write_blob(folder, f"samples/{step:08d}.npz", cut, sync=False)


def _without_place(sentence: str) -> str:
    """Removes from a sentence about data the folder that they were read from."""
    place, colon, count = sentence.rpartition(": ")
    return f"{place.rpartition(', ')[0]}: {count}" if colon else sentence


def main(runs: Path, examples: Iterable[Example], target: Path) -> None:
    store = RunStore(runs)
    shutil.rmtree(target, ignore_errors=True)
    copies = RunStore(target)
    for example in examples:
        run = trained(example, store)
        copy_part(run, example, target / run.id)
        copies.rename(run.id, example.name)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"{size / 1e6:.2f} MB in {target}")
    if size > MAX_BYTES:
        raise SystemExit(f"They may have {MAX_BYTES / 1e6:.0f} MB in all.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, help="folder of the complete runs")
    parser.add_argument("--only", type=int, help="make the first few alone")
    arguments = parser.parse_args()
    main(arguments.runs, EXAMPLES_TO_MAKE[: arguments.only], EXAMPLES)
