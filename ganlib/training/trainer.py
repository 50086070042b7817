"""Trains a recipe as an iterator of events. It knows no thread, no page and no file."""

import itertools
import math
import time
from bisect import bisect_right, insort
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from operator import attrgetter
from typing import Any, cast

import numpy as np
import tensorflow as tf

from ganlib.config import RunConfig, metric_names
from ganlib.data.base import Data
from ganlib.errors import DivergedError, RunError
from ganlib.events import (
    Change,
    Checkpoint,
    Event,
    Finished,
    Metrics,
    Phase,
    Samples,
    Started,
)
from ganlib.recipes.base import Recipe
from ganlib.training import devices
from ganlib.training.devices import DevicePlacement
from ganlib.training.generator import Generator, final_scores, reference_scores
from ganlib.training.inspector import Inspector
from ganlib.training.multi_step import MultiStep
from ganlib.training.networks import Networks
from ganlib.training.program import Program, Setup, acquire, prepared, release, set_cached_data
from ganlib.training.randomness import RandomStream, derive
from ganlib.training.step import Only
from ganlib.training.steps_per_call import StepsPerCall

# Samples for the scores and views of a step, at least: a grid alone has too few.
_SCORED = 256
# How often other real numbers or points are scored: the scores of so few samples vary, and each
# takes milliseconds. Images are scored once, as they take longer.
_REFERENCES = 8
# Number of real samples to compare with; it hardly affects the time.
_SCORED_REAL = 2_000
_step_of = attrgetter("step")
_NOT_THERE = "The networks exist only from the Started event until close()."


class Trainer:
    """Trains one run. To pause, stop iterating over its events.

    Args:
        recipe: what to train.
        config: the recipe's knobs.
        checkpoint: where to go on from; None starts at step 0.
        changes: changes made so far, in order. Those before the checkpoint apply at once, later
            ones when training reaches their steps.
    """

    def __init__(
        self,
        recipe: Recipe[Any],
        config: RunConfig,
        checkpoint: Checkpoint | None = None,
        changes: Sequence[Change] = (),
    ):
        self.recipe = recipe
        self.step = checkpoint.step if checkpoint else 0
        self.config = config
        self._pending: list[Change] = []
        for change in sorted(changes, key=_step_of):
            # A step by hand at the checkpoint's own step has not been made yet.
            if change.step < self.step or (change.step == self.step and change.knobs):
                self.config = recipe.changed(self.config, change.knobs)
            else:
                self._pending.append(change)
        self.metric_names = metric_names(config)
        self._resumed = checkpoint
        self._elapsed_s = checkpoint.elapsed_s if checkpoint else 0.0
        self._program: Program | None = None
        self._inspector: Inspector | None = None
        self._reference: dict[str, float] = {}

    def events(self) -> Iterator[Event]:
        """Loads the data, builds the networks and trains to the last step.

        Raises:
            DivergedError: a figure was no longer finite; the metrics before it were yielded.
            DataError: the data could not be had.
        """
        yield Phase(f"loading {self.recipe.dataset}")
        data = yield from self.recipe.loading(self.config)
        yield Phase("building the networks")
        placement = devices.choose(self.config.devices)
        placement.check(self.config)
        program = acquire(Setup(self.recipe, self.config, data, placement))
        yield from self._train(program, data, placement)

    def _train(self, program: Program, data: Data, placement: DevicePlacement) -> Iterator[Event]:
        self._program = program
        if self._resumed:
            program.networks.restore(self._resumed.state)
            # Frees the checkpoint, which is as large as both networks and their optimisers.
            self._resumed = None
            # What was changed at the checkpoint's own step is not in its state.
            program.set_config(self.config)
        self._inspector = inspector = self._inspect(program, data)
        halved = " in bfloat16" if program.precision == "mixed_bfloat16" else ""
        yield self._started(data, placement.name + halved, inspector)
        count = max(self.recipe.sample_count, _SCORED)
        self._reference = reference_scores(
            self.recipe,
            self.config,
            inspector.real,
            data,
            count,
            repeats=1 if self.recipe.kind == "image" else _REFERENCES,
        )
        # A resumed run may stand between a due step's metrics and its samples.
        if self._samples_are_due():
            yield self._samples(inspector)
        per_call, stage = StepsPerCall(), -1
        while self.step < self.config.steps:
            learns = self._apply_changes(program)
            first = self.step + 1
            if (coming := self.recipe.stage(self.config, first)) != stage:
                # Steps of another stage have another duration, and the first one is compiled.
                per_call, stage = StepsPerCall(), coming
            count = 1 if learns else self._until_due(per_call.count)
            only = cast(Only, "" if learns == "both" else learns)
            multi_step = program.variant(self.config, only, stage)
            began = time.perf_counter()
            rows = _call(multi_step, first, count)
            seconds = time.perf_counter() - began
            per_call.record(count, seconds)
            self._elapsed_s += seconds
            good = _finite_rows(rows)
            self.step += good
            if good:
                yield Metrics(first, rows[:good], self._elapsed_s)
            if good < count:
                raise DivergedError(first + good, self._not_finite(rows[good]))
            if self._samples_are_due() or learns:
                yield self._samples(inspector)
            milestone = self._is_milestone()
            if milestone or self._checkpoint_is_due():
                yield replace(self.checkpoint(), milestone=milestone)
        yield Phase("scoring the generator")
        with self._diverging():
            scores = final_scores(self.recipe, self.config, inspector.generator, data)
        yield Finished(self.step, self.weights_sha256(), scores)

    def _compiled(self, program: Program, data: Data) -> Iterator[None]:
        """Compiles everything up to the first step, part by part, and changes no variable."""
        inspector = self._inspect(program, data)
        yield
        # A few samples take less time, and the same functions are compiled.
        self._samples(inspector, scored_count=self.config.packing)
        yield
        first = self.step + 1
        stage = self.recipe.stage(self.config, first)
        _call(program.variant(self.config, stage=stage), first, 0)

    def _inspect(self, program: Program, data: Data) -> Inspector:
        """The inspector of the networks of a program, with real samples to compare with."""
        generator = Generator(program.sampled, self.recipe, self.config, program.predict)
        real = data.take(derive(self.config.seed, RandomStream.REAL_SHOWN), _SCORED_REAL)
        discriminator = program.networks.discriminator
        return Inspector(self.recipe, self.config, discriminator, program.score, generator, real)

    def close(self) -> None:
        """Leaves the compiled step to the next run; not to be called after a failure."""
        if self._program is not None:
            release(self._program)
            self._program = self._inspector = None

    def change(self, knobs: dict[str, Any], learns: str = "") -> Change:
        """Changes knobs from the next step on, or has one network learn alone in it.

        Args:
            knobs: of those that `CHANGEABLE` names.
            learns: "discriminator" or "generator": the next event is of one step, in which it
                learns alone, and the event after it has samples; "both" for such a step of
                both; "" for none.
        Returns:
            The change, to be recorded so that a resumed run repeats it. Its step is later than the
            current one if recorded single steps must be repeated first.

        Raises:
            ConfigError: a value is not allowed, or cannot be changed in the middle of a run.
        """
        config = self.config
        # Together with earlier requests, or the two would only clash in the next step.
        for earlier in self._pending:
            if earlier.step <= self.step:
                config = self.recipe.changed(config, earlier.knobs)
        self.recipe.changed(config, knobs)
        # After a crash, steps of one network that were recorded before it may still be to come.
        taken = {one.step for one in self._pending if one.learns} if learns else set()
        step = next(step for step in itertools.count(self.step) if step not in taken)
        change = Change(step, knobs, learns)
        insort(self._pending, change, key=_step_of)
        return change

    def snapshot(self) -> Samples:
        """Samples of the present generator, between two events: for a run that is paused.

        Raises:
            DivergedError: samples are not finite.
        """
        if self._inspector is None:
            raise RuntimeError(_NOT_THERE)
        # Scores belong to the steps at which samples are due, however often a run is paused.
        return self._samples(self._inspector, scored=False)

    def checkpoint(self) -> Checkpoint:
        """The run's state between two events.

        Raises:
            DivergedError: there is nothing in it to go on from.
        """
        state = self._built().state()
        for name, value in state.items():
            if value.dtype.kind == "f" and not np.isfinite(value).all():
                raise DivergedError(self.step, [f"{name.partition('/')[0]} weights"])
        return Checkpoint(self.step, self._elapsed_s, state)

    def weights_sha256(self) -> str:
        """See `Networks.weights_sha256`."""
        return self._built().weights_sha256()

    def _built(self) -> Networks:
        if self._program is None:
            raise RuntimeError(_NOT_THERE)
        return self._program.networks

    def _next_milestone(self, step: int) -> int:
        """The first step after `step` with a milestone: they divide the run into equal parts."""
        steps, count = self.config.steps, self.config.milestones
        return math.ceil((step * count // steps + 1) * steps / count) if count else steps

    def _is_milestone(self) -> bool:
        return self.config.milestones > 0 and self._next_milestone(self.step - 1) == self.step

    def _checkpoint_is_due(self) -> bool:
        every = self.config.checkpoint_every
        return every > 0 and self.step % every == 0

    def _samples_are_due(self) -> bool:
        return self.step % self.config.sample_every == 0 or self.step == self.config.steps

    def _apply_changes(self, program: Program) -> str:
        """Applies the changes up to this step; returns the network that is to learn alone."""
        learns = ""
        while self._pending and self._pending[0].step <= self.step and not learns:
            change = self._pending.pop(0)
            self.config = self.recipe.changed(self.config, change.knobs)
            learns = change.learns
            program.set_config(self.config)
        return learns

    def _until_due(self, steps: int) -> int:
        """Number of steps for one call: at most `steps`, in one stage, up to the next due step."""
        due = [
            self.config.steps,
            self._next_milestone(self.step),
            _next_multiple(self.step, self.config.sample_every),
        ]
        if self.config.checkpoint_every:
            due.append(_next_multiple(self.step, self.config.checkpoint_every))
        if self._pending:
            due.append(self._pending[0].step)
        coming = range(self.step + 1, self.step + 1 + min(steps, min(due) - self.step))

        def stage(step: int) -> int:
            return self.recipe.stage(self.config, step)

        return bisect_right(coming, stage(coming[0]), key=stage)

    def _started(self, data: Data, device: str, inspector: Inspector) -> Started:
        shown = data.take(
            derive(self.config.seed, RandomStream.REAL_SHOWN), self.recipe.sample_count
        )
        return Started(
            self.step,
            self._built().parameters(),
            data.report,
            device,
            shown.astype(np.uint8) if self.recipe.kind == "image" else shown,
            self.metric_names,
            inspector.of_real(),
            self._elapsed_s,
        )

    def _not_finite(self, row: np.ndarray) -> list[str]:
        pairs = zip(self.metric_names, row, strict=True)
        return [name for name, value in pairs if not np.isfinite(value)]

    def _samples(
        self, inspector: Inspector, *, scored_count: int = _SCORED, scored: bool = True
    ) -> Samples:
        """Draws samples of the present generator, with views of both networks.

        Args:
            inspector: has both networks.
            scored_count: number of fresh samples that scores and views are made from, at least.
            scored: whether to score them.
        """
        began = time.perf_counter()
        generator, count = inspector.generator, self.recipe.sample_count
        noise = generator.latents(count, RandomStream.FIXED_LATENTS)
        more = generator.latents(max(count, scored_count), RandomStream.FRESH_LATENTS, self.step)
        with self._diverging():
            fixed, fresh = generator.samples(noise), generator.samples(more)
        scores: dict[str, float] = {}
        if scored:
            scores = self.recipe.evaluate(self.config, inspector.real, fresh)
            scores |= self._reference | inspector.slopes(fresh)
        views = inspector.snapshot(fresh, fixed, self.config.loss)
        self._elapsed_s += time.perf_counter() - began
        shown = noise if self.recipe.kind != "image" else None
        return Samples(self.step, fixed, fresh[:count], shown, views, scores)

    @contextmanager
    def _diverging(self) -> Iterator[None]:
        """Reports a generator whose samples are not finite as the divergence of the run."""
        # Figures are from before a step's update; it may be this update that diverges.
        try:
            yield
        except RunError:
            raise DivergedError(self.step, ["generator_output"]) from None


def prepare(
    recipe: Recipe[Any], config: RunConfig, between: Callable[[], None] = lambda: None
) -> None:
    """Compiles all that a run needs up to its first step, so that it starts at once.

    Args:
        recipe: what the run would train.
        config: its knobs. If its data had to be downloaded, noise stands in for them.
        between: called between parts; if it raises an exception, nothing is kept.

    Raises:
        UserError: the data cannot be read, there is no such device, or it cannot share a batch.
    """
    placement = devices.choose(config.devices)
    placement.check(config)
    noise = recipe.stand_in(config)
    data = recipe.load(config) if noise is None else noise
    setup = Setup(recipe, config, data, placement)
    with prepared(setup) as pending:
        if pending is None:
            if noise is None:
                set_cached_data(setup)
            return
        program, wanted = pending
        for _ in Trainer(recipe, config)._compiled(program, data):
            # The run that waits compiles the rest just as fast.
            if wanted.is_set():
                break
            between()


def _call(multi_step: MultiStep, first: int, count: int) -> np.ndarray:
    """See `compile_steps`."""
    steps = multi_step(tf.constant(first, tf.int64), tf.constant(count, tf.int64))
    rows: np.ndarray = steps.numpy()
    return rows


def _next_multiple(step: int, every: int) -> int:
    return (step // every + 1) * every


def _finite_rows(rows: np.ndarray) -> int:
    """Number of rows before the first that is not finite."""
    bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    return int(bad[0]) if len(bad) else len(rows)
