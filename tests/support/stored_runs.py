"""Runs in every condition a page may meet them in, without any training."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import recipes
from ganlib.errors import DivergedError
from ganlib.events import Arrays, Checkpoint, DataReport, Finished, Metrics, Samples, Started
from ganlib.runs import Run, RunStore, journal
from ganlib.runs.execute import failure_message
from ganlib.runs.status import State
from ganlib.runs.writer import RunWriter
from ganlib.tiles import is_images

METRICS = (
    "discriminator_loss",
    "generator_loss",
    "accuracy_real",
    "accuracy_generated",
    "discriminator_gradient_norm",
    "generator_gradient_norm",
)
STEP = 20
# Numbers in a sample, where it is not one.
_WIDTHS = {"toy/plane": 2, "toy/gaussian-vector": 200}


def rows(first: int, last: int) -> np.ndarray:
    """(steps, 6) float32: the metric in column c at a step is step + c / 8, all exact."""
    steps = np.arange(first, last + 1, dtype=np.float32)
    return steps[:, None] + np.arange(len(METRICS), dtype=np.float32) / 8


def create(store: RunStore, recipe: str = "toy/scalar", **knobs: Any) -> Run:
    """A queued run."""
    return store.create(recipe, recipes.get(recipe).parse(knobs))


@contextmanager
def training(store: RunStore, recipe: str = "toy/scalar", **knobs: Any) -> Iterator[RunWriter]:
    """A run at step 20, with samples of steps 0 and 20, whose writer lives within the block."""
    run = create(store, recipe, **knobs)
    with RunWriter(run, tensorboard=False) as writer:
        writer.begin()
        report = DataReport("Made up", "for a test", 4, 8)
        real = samples_of(recipe, 0).fixed
        views = image_views(real) if is_images(real) else {}
        writer.write(Started(0, {"generator": 2}, report, "CPU", real, METRICS, views))
        writer.write(samples_of(recipe, 0))
        writer.write(Metrics(1, rows(1, 10), 0.5))
        writer.write(Metrics(11, rows(11, STEP), 1.0))
        writer.write(samples_of(recipe, STEP))
        yield writer


def written(
    store: RunStore,
    recipe: str,
    real: np.ndarray,
    *events: Metrics | Samples | Finished,
    names: Sequence[str] = METRICS,
    state: State = "finished",
    views: Arrays | None = None,
    **knobs: Any,
) -> Run:
    """A run that has written these events and ended.

    Args:
        store: where it is created.
        recipe: name of its recipe.
        real: (n, *sample_shape) real samples.
        events: after the first one, which starts the training.
        names: of its metrics.
        state: at its end.
        views: of the real samples.
        knobs: settings that differ from the recipe's.
    """
    run = create(store, recipe, **knobs)
    with RunWriter(run, tensorboard=False) as writer:
        writer.begin()
        report = DataReport("Made up", "for a test", 4, 8)
        writer.write(Started(0, {}, report, "CPU", real, tuple(names), views or {}))
        for event in events:
            writer.write(event)
        writer.end(state)
    return run


def samples_of(recipe: str, step: int) -> Samples:
    """Samples of the recipe's kind; another step has others."""
    rng = np.random.default_rng(step)
    scores = {recipes.get(recipe).score: 1.0 / (step + 1)}
    if recipes.get(recipe).kind == "image":
        images = rng.integers(0, 256, (25, 28, 28, 1)).astype(np.uint8)
        return Samples(step, images, images[::-1], scores=scores, views=image_views(images[::-1]))
    values = rng.normal(size=(200, _WIDTHS.get(recipe, 1))).astype(np.float32)
    return Samples(step, values, values + 1, values - 1, scores=scores)


def image_views(images: np.ndarray) -> Arrays:
    """See `ganlib.training.inspector.image_distributions`, which would import TensorFlow."""
    pixels = [np.bincount(image.ravel(), minlength=256) for image in images]
    return {"ink": images.mean(axis=(1, 2, 3)), "pixels": np.array(pixels)}


def failed(store: RunStore, recipe: str = "toy/scalar") -> Run:
    """Diverged in step 21."""
    with training(store, recipe) as writer:
        error = DivergedError(STEP + 1, ["generator_loss"])
        writer.end("failed", message=failure_message(error, STEP), error=error)
    return newest(store)


def finished(store: RunStore, recipe: str = "toy/scalar") -> Run:
    """With a checkpoint that no generator fits."""
    with training(store, recipe, steps=STEP) as writer:
        writer.write(Finished(STEP, "0" * 64, {"w1": 0.25}))
        writer.save(Checkpoint(STEP, 1.0, {"of": np.zeros(3)}))
        writer.end("finished")
    return newest(store)


def copy(run: Run, count: int, filler_bytes: int) -> None:
    """Puts runs that ended like this one beside it, their journals longer by so much."""
    first, *_, last = (run.path / journal.NAME).read_bytes().splitlines(keepends=True)
    filler = journal.encode_line(2, "metrics", 1, {}, {"rows": "A" * 4_000})
    filler *= -(-filler_bytes // len(filler))
    fields = journal.decode_line(first) or {}
    n, kind, step, status = (fields.pop(name) for name in ("n", "kind", "step", "status"))
    for number in range(count):
        run_id = f"20260101-0000-{number:012x}"
        shutil.copytree(run.path, run.path.parent / run_id, ignore=lambda *_: [journal.NAME])
        header = journal.encode_line(n, kind, step, status, {**fields, "run": run_id})
        (run.path.parent / run_id / journal.NAME).write_bytes(header + filler + last)


def newest(store: RunStore) -> Run:
    return store.open(store.list()[0].id)


def damage(path: Path) -> None:
    """Flips the bytes in the middle of a file."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8] = bytes(255 - byte for byte in content[middle : middle + 8])
    path.write_bytes(content)
