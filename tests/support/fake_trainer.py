"""A trainer without networks: a deterministic random walk, as many events as a real one."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.errors import ConfigError, DivergedError
from ganlib.events import (
    Change,
    Checkpoint,
    DataReport,
    Event,
    Finished,
    Metrics,
    Phase,
    Samples,
    Started,
)
from ganlib.knobs import inherit, knob
from ganlib.recipes.toy_scalar import ToyScalar
from ganlib.runs import Run
from tests.support.stored_runs import image_views

NAMES = ("generator_loss", "discriminator_loss")
ROWS = 10


class FakeConfig(RunConfig):
    steps: int = inherit(RunConfig, "steps", 100)
    sample_every: int = inherit(RunConfig, "sample_every", 50)
    milestones: int = inherit(RunConfig, "milestones", 0)
    delay_ms: int = knob(0, "Time of ten steps.", group="Run", ge=0, le=1_000, compile_time=False)
    fail_at: int = knob(0, "Step that raises.", group="Run", ge=0, compile_time=False)
    diverge_at: int = knob(0, "Step not finite.", group="Run", ge=0, compile_time=False)


class Walk(ToyScalar):
    """The recipe of these runs; a test adds it to the others with `register`."""

    name = "fake/walk"
    score = "w1"
    Config = FakeConfig  # type: ignore[assignment]


def register() -> None:
    """Makes "fake/walk" a recipe like any other in this process."""
    recipes.all_recipes()[Walk.name] = Walk()


class FakeTrainer:
    """Two random walks; where they stand after a step depends on all steps before it."""

    def __init__(
        self,
        config: FakeConfig,
        checkpoint: Checkpoint | None = None,
        changes: Sequence[Change] = (),
    ):
        self.config = config
        self.changes = list(changes)
        self.by_hand = ""
        self.step = checkpoint.step if checkpoint else 0
        self.closed = False
        self.elapsed_s = checkpoint.elapsed_s if checkpoint else 0.0
        self.walk = checkpoint.state["walk/0"].copy() if checkpoint else np.zeros(2)

    def events(self) -> Iterator[Event]:
        yield Phase("counting to ten")
        data = DataReport("Walks", "made up", 10, 20)
        real = np.arange(4 * 8 * 8, dtype=np.uint8).reshape(4, 8, 8, 1)
        yield Started(
            self.step,
            {"generator": 2},
            data,
            "CPU",
            real,
            NAMES,
            image_views(real),
            elapsed_s=self.elapsed_s,
        )
        # Also on a resume: the checkpoint may have come between a step and its samples.
        if self.step % self.config.sample_every == 0:
            yield self._samples()
        while self.step < self.config.steps:
            time.sleep(self.config.delay_ms / 1_000)
            due = (self.step // self.config.sample_every + 1) * self.config.sample_every
            first = self.step + 1
            by_hand, self.by_hand = self.by_hand, ""
            count = 1 if by_hand else min(ROWS, due - self.step, self._left())
            rows = [self._advance() for _ in range(count)]
            self.elapsed_s += 0.01 * len(rows)
            yield Metrics(first, np.array(rows, np.float32), self.elapsed_s)
            if self.step % self.config.sample_every == 0 or by_hand:
                yield self._samples()
            every = self.config.checkpoint_every
            if every and self.step % every == 0:
                milestone = self.config.milestones > 0 and self.step % (2 * every) == 0
                yield replace(self.checkpoint(), milestone=milestone)
        yield Finished(self.step, self.weights_sha256(), {"w1": float(self.walk[0])})

    def change(self, knobs: dict[str, Any], learns: str = "") -> Change:
        if knobs.get("loss") == "wasserstein":
            raise ConfigError("loss cannot become wasserstein.")
        self.by_hand = learns
        self.changes.append(Change(self.step, knobs, learns))
        return self.changes[-1]

    def snapshot(self) -> Samples:
        return replace(self._samples(), scores={})

    def checkpoint(self) -> Checkpoint:
        return Checkpoint(self.step, self.elapsed_s, {"walk/0": self.walk.copy()})

    def close(self) -> None:
        self.closed = True

    def weights_sha256(self) -> str:
        return hashlib.sha256(self.walk.tobytes()).hexdigest()

    def _left(self) -> int:
        return self.config.steps - self.step

    def _advance(self) -> np.ndarray:
        if self.step + 1 == self.config.fail_at:
            raise ValueError("the walk met a wall\nand a second line")
        if self.step + 1 == self.config.diverge_at:
            raise DivergedError(self.step + 1, ["generator_loss"])
        self.step += 1
        self.walk += np.random.default_rng([self.config.seed, self.step]).normal(size=2)
        return self.walk.copy()

    def _samples(self) -> Samples:
        images = np.full((4, 8, 8, 1), self.step % 256, np.uint8)
        scores = {"w1": abs(float(self.walk[0]))}
        return Samples(self.step, images, images + 1, scores=scores, views=image_views(images + 1))


def make_fake(run: Run) -> FakeTrainer:
    config = FakeConfig.model_validate({**run.values, "steps": run.status().steps})
    return FakeTrainer(config, *run.resume_point())


def true_walk(steps: int, seed: int = 0) -> np.ndarray:
    """(steps, 2): what the metrics of an uninterrupted run are."""
    noise = [np.random.default_rng([seed, step]).normal(size=2) for step in range(1, steps + 1)]
    walk = np.zeros(2)
    return np.array([(walk := walk + draw) for draw in noise]).astype(np.float32)


def wait_until(condition: Callable[[], bool], timeout_s: float = 60.0) -> None:
    """Returns once the condition holds; fails the test when it does not come to that."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("the condition did not come to hold")
        time.sleep(0.005)
