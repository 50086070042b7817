"""A recipe of a few numbers, quick to build, and ways to run one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganlib import recipes
from ganlib.config import Optimiser, RunConfig
from ganlib.data.base import Data, Scaling
from ganlib.events import Checkpoint, DataReport, Event, Finished, Metrics, Samples
from ganlib.knobs import inherit, knob
from ganlib.metrics.samples import scalar_scores
from ganlib.models.dense import mlp
from ganlib.recipes.base import Latent, Recipe, Source
from ganlib.training import Trainer, trainer


class SmallConfig(RunConfig):
    """Knobs of `test/small`."""

    steps: int = inherit(RunConfig, "steps", 8)
    batch_size: int = inherit(RunConfig, "batch_size", 8)
    sample_every: int = inherit(RunConfig, "sample_every", 4)
    optimiser: Optimiser = inherit(RunConfig, "optimiser", "sgd")
    generator_learning_rate: float = inherit(RunConfig, "generator_learning_rate", 0.05)
    discriminator_learning_rate: float = inherit(RunConfig, "discriminator_learning_rate", 0.05)
    poisoned_step: int = knob(0, "Its real samples are infinite.", group="Data", ge=0, le=1_000)


class SmallData(Data):
    """N(3, 1), but for one step, whose samples are infinite."""

    report = DataReport("Small", "made here")
    sample_shape = (2,)

    def __init__(self, poisoned_step: int):
        self._poisoned_step = poisoned_step

    @property
    def kind(self) -> str:
        return f"poisoned at {self._poisoned_step}"

    def draw(self, seed: tf.Tensor, count: int, *tensors: tf.Tensor) -> tf.Tensor:
        drawn = 3 + tf.random.stateless_normal((count, 2), seed)
        poisoned = (seed[1] == self._poisoned_step) & (self._poisoned_step > 0)
        return tf.where(poisoned, np.float32(np.inf), drawn)


class Small(Recipe[SmallConfig]):
    """Two numbers from three."""

    name = "test/small"
    title = "Small"
    page = "test"
    kind = "scalar"
    dataset = "Small"
    score = "w1_over_sigma"
    source = Source("This test")
    summary = "A test."
    notes = "None."
    sample_count = 6
    evaluation_count = 64
    Config = SmallConfig

    def load(self, config: SmallConfig) -> Data:
        return SmallData(config.poisoned_step)

    def data_sentence(self, config: SmallConfig) -> str:
        return self.load(config).report.sentence()

    def scaling(self, config: SmallConfig) -> Scaling:
        return Scaling(3.0, 2.0)

    def latent(self, config: SmallConfig) -> Latent:
        return Latent(3)

    def generator(self, config: SmallConfig) -> keras.Model:
        return mlp([4], 2, activation="tanh")

    def discriminator(self, config: SmallConfig) -> keras.Model:
        return mlp([4], 1, activation="tanh")

    def evaluate(
        self, config: SmallConfig, real: np.ndarray, generated: np.ndarray
    ) -> dict[str, float]:
        return scalar_scores(real, generated, 1.0)


def reduced(name: str) -> Recipe[Any]:
    """A recipe that is scored on few samples, as a class of its own."""

    class Reduced(type(recipes.get(name))):  # type: ignore[misc]
        evaluation_count = 64

    return Reduced()


def train(
    recipe: Recipe[Any], values: dict[str, Any], checkpoint: Checkpoint | None = None
) -> list[Event]:
    """All events of a run on the CPU."""
    config = recipe.parse({"devices": "cpu", "milestones": 0, **values})
    return list(Trainer(recipe, config, checkpoint).events())


def only(events: list[Event], kind: type) -> list[Any]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def finished(events: list[Event]) -> Finished:
    """The last event, which must be the end."""
    last = events[-1]
    if not isinstance(last, Finished):
        raise AssertionError(f"ended with {last}")
    return last


def rows(events: list[Event]) -> np.ndarray:
    """(steps, metrics): the rows of all `Metrics`."""
    return np.concatenate([event.values for event in only(events, Metrics)])


def samples(events: list[Event]) -> dict[int, Samples]:
    """By step; a step that came twice is an error."""
    found = only(events, Samples)
    by_step = {event.step: event for event in found}
    if len(by_step) != len(found):
        raise AssertionError(f"duplicates in {[event.step for event in found]}")
    return by_step


@contextmanager
def forced_pace(steps: int) -> Iterator[None]:
    """Every call makes so many updates, or fewer where something is due."""

    class Forced:
        def __init__(self) -> None:
            self.count = steps

        def record(self, count: int, seconds: float) -> None:
            """Learns nothing."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "StepsPerCall", Forced)
        yield
