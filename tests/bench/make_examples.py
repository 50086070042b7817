"""Makes the example runs that ship with the app, in `ganlib/runs/examples`.

`python -m tests.bench.make_examples RUNS` trains those that the folder RUNS does not have yet (the
images take an hour of two cores) and copies a small part of each: some of the saved steps, some of
the samples, a row of metrics here and there, no checkpoints. All numbers are the run's own.
"""

import argparse
import shutil
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.events import Arrays
from ganlib.runs import EXAMPLES, Run, RunControl, RunStore, execute, make_trainer
from ganlib.runs.blobs import Blob, write_blob
from ganlib.runs.journal import NAME, JournalWriter, encode_rows
from ganlib.tiles import is_images

MAX_BYTES = 3 * 2**20
# Rows of metrics that are kept.
_ROWS = 100
_REAL_IMAGES, _REAL_NUMBERS = 32, 1_000


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
    steps: int = 24
    fixed: int = 16
    fresh: int = 4

    @property
    def config(self) -> RunConfig:
        """The settings of the run."""
        config: RunConfig = recipes.get(self.recipe).parse(dict(self.values))
        return config


_NUMBERS: dict[str, Any] = {"steps": 24, "fixed": 400, "fresh": 300}
_POINTS: dict[str, Any] = {"steps": 22, "fixed": 300, "fresh": 100}
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
    Example("Clothes", "fashion/dense", {"steps": 20_000, "sample_every": 250}),
    Example("Handwritten digits", "mnist/dcgan", {"steps": 1_500, "sample_every": 20}, 28),
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
        most = _REAL_IMAGES if is_images(real["real"]) else _REAL_NUMBERS
        blob = write_blob(folder, "samples/real.npz", _first(real, most), sync=False)
        journal.append("started", 0, short, {"real": asdict(blob)})
        rows = set(_spread(len(record.history), _ROWS, power=1))
        by_step = {int(record.history.step[row]): row for row in rows}
        kept = [run.sample_steps()[at] for at in _spread(len(record.samples), example.steps)]
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


def _spread(count: int, wanted: int, power: float = 1.7) -> list[int]:
    """Returns positions from the first to the last of `count`, closer together at the start."""
    at = np.linspace(0, 1, min(count, wanted)) ** power * (count - 1)
    return sorted(set(np.round(at).astype(int).tolist()))


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
    count = len(arrays["fixed"])
    few = {"fixed": example.fixed, "noise": example.fixed}
    cut = {
        name: array[: few.get(name, example.fresh)] if len(array) >= count else array
        for name, array in arrays.items()
    }
    return write_blob(folder, f"samples/{step:08d}.npz", cut, sync=False)


def _first(arrays: Arrays, count: int) -> Arrays:
    return {
        name: array[:count] if len(array) == len(arrays["real"]) else array
        for name, array in arrays.items()
    }


def _without_place(sentence: str) -> str:
    """Removes from a sentence about data the folder that they were read from."""
    name, _, rest = sentence.partition(", ")
    count = rest.rpartition(": ")[2] if ": " in rest else ""
    return f"{name}: {count}" if count else sentence


def main(runs: Path, examples: Iterable[Example], target: Path) -> None:
    store = RunStore(runs)
    shutil.rmtree(target, ignore_errors=True)
    copies = RunStore(target)
    for example in examples:
        run = trained(example, store)
        copy_part(run, example, target / run.id)
        copies.rename(run.id, example.name)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"{size / 2**20:.2f} MB in {target}")
    if size > MAX_BYTES:
        raise SystemExit(f"They may have {MAX_BYTES / 2**20:.0f} MB in all.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, help="folder of the complete runs")
    parser.add_argument("--only", type=int, help="make the first few alone")
    arguments = parser.parse_args()
    main(arguments.runs, EXAMPLES_TO_MAKE[: arguments.only], EXAMPLES)
