"""What a recipe is: one file that says everything a system needs to be trained.

Forms, the command line, search ranges and the contract tests are made from it.
Importing a recipe never imports TensorFlow: its networks are built on request.
"""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal

import numpy as np
from typing_extensions import TypeVar

from ganlib.config import CHANGEABLE, RunConfig, metric_names
from ganlib.data.base import Data, Loading, Scaling
from ganlib.errors import ConfigError
from ganlib.knobs import parse

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

# `Recipe` alone is a recipe of any config.
AnyConfig = TypeVar("AnyConfig", bound=RunConfig, default=Any)

Kind = Literal["scalar", "plane", "image"]


@dataclass(frozen=True)
class Source:
    """Where a system comes from.

    Args:
        text: book, chapter and example, or authors and year.
        url: where to read it; empty for a printed book.
        values: whose numbers the defaults are, as in "back to the book's values".
    """

    text: str
    url: str = ""
    values: str = "the book's values"


@dataclass(frozen=True)
class Latent:
    """The noise a generator starts from.

    Args:
        size: numbers in one latent vector.
        distribution: "normal" is N(0, 1), "uniform" is U(-1, 1).
    """

    size: int
    distribution: Literal["normal", "uniform"] = "normal"


class Recipe(ABC, Generic[AnyConfig]):
    """One system: its knobs, data and networks. Losses, penalties and optimisers are knobs.

    Attributes:
        name: "page/variant", or one word; the name on the command line.
        title: how people call it.
        page: the page it trains on.
        order: place among the recipes of its page, lowest first.
        kind: "scalar" (1-D samples, shown as histograms), "plane" (2-D samples, shown as
            points) or "image" (grids).
        dataset: the dataset's name, for listings.
        score: the figure of `evaluate` that the table of runs shows; lower is better.
        score_floor: the figure of `evaluate` that says what the score is between two real
            samples; empty where the recipe has none.
        source: book or paper.
        summary: one sentence: what it is.
        notes: Markdown: what the source does, where it errs, what is done instead.
        sample_count: samples kept at every `sample_every` steps.
        evaluation_count: samples that the final scores are made from.
        Config: the config class.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    page: ClassVar[str]
    order: ClassVar[int] = 100
    kind: ClassVar[Kind]
    dataset: ClassVar[str]
    score: ClassVar[str]
    score_floor: ClassVar[str] = ""
    source: ClassVar[Source]
    summary: ClassVar[str]
    notes: ClassVar[str]
    sample_count: ClassVar[int] = 16
    evaluation_count: ClassVar[int] = 2_000
    Config: type[AnyConfig]

    @abstractmethod
    def load(self, config: AnyConfig) -> Data:
        """The samples to learn from."""

    def loading(self, config: AnyConfig) -> Loading:
        """The same with progress, for data that may have to be fetched first."""
        yield from ()
        return self.load(config)

    def stand_in(self, config: AnyConfig) -> Data | None:
        """Noise of the same kind, where a run would ask the network for data now; else None."""
        return None

    @abstractmethod
    def data_sentence(self, config: AnyConfig) -> str:
        """Which data a run would get now; asks no network and loads no TensorFlow.

        Raises:
            DataError: the user's own file is not what it should be.
        """

    def data_bytes(self, config: AnyConfig) -> int:
        """What all samples take in memory, at most; 0 where they are drawn anew each time.

        Raises:
            DataError: the user's own file is not what it should be.
        """
        return 0

    @abstractmethod
    def scaling(self, config: AnyConfig) -> Scaling:
        """From the data's own units to the networks'."""

    @abstractmethod
    def latent(self, config: AnyConfig) -> Latent:
        """The noise that the generator takes."""

    @abstractmethod
    def generator(self, config: AnyConfig) -> "keras.Model":
        """(B, latent.size) float32 -> (B, *sample_shape) in the networks' units."""

    @abstractmethod
    def discriminator(self, config: AnyConfig) -> "keras.Model":
        """(B, *sample_shape) in the networks' units -> (B, 1) logits."""

    def stage(self, config: AnyConfig, step: int) -> int:
        """Which stage of the run a step belongs to: 0, where networks stay as they are.

        Of each stage the step is compiled by itself.

        Args:
            config: the run's knobs.
            step: counted from 1; a later one is never in an earlier stage.
        """
        return 0

    def around_step(
        self,
        config: AnyConfig,
        generator: "keras.Model",
        discriminator: "keras.Model",
        step: "tf.Tensor",
        stage: int,
    ) -> AbstractContextManager[None]:
        """Changes the networks for an update, inside the compiled step.

        Args:
            config: the run's knobs.
            generator: the one that learns.
            discriminator: likewise.
            step: int64 scalar, counted from 1.
            stage: of this step.
        """
        return nullcontext()

    def present_real(self, discriminator: "keras.Model", real: "tf.Tensor") -> "tf.Tensor":
        """The real samples as the discriminator is shown them: unchanged in most recipes.

        It is called inside `around_step` in the compiled step, and between steps for the scores
        of saved samples. What it does may depend on the state of the discriminator alone.

        Args:
            discriminator: the one that learns.
            real: (n, *sample_shape) in the networks' units.
        Returns:
            Same shape.
        """
        return real

    def density(self, config: AnyConfig, x: np.ndarray) -> np.ndarray | None:
        """(k,) density of one-dimensional data at (k,) points; None where nobody knows it."""
        return None

    def peaks(self, config: AnyConfig) -> int:
        """How many peaks the data have; 0 where nobody counts them."""
        return 0

    def caption(self, config: AnyConfig, step: int) -> str:
        """What is to be said of the samples at a step; empty for most recipes."""
        return ""

    def evaluate(
        self, config: AnyConfig, real: np.ndarray, generated: np.ndarray
    ) -> dict[str, float]:
        """Scores of generated against real samples, both in the data's own units.

        Args:
            config: the run's knobs.
            real: (n, *sample_shape) fresh real samples.
            generated: (n, *sample_shape) fresh generated samples.
        """
        return {}

    def changed(self, config: AnyConfig, knobs: dict[str, Any]) -> AnyConfig:
        """The config after a change in the middle of a run.

        Raises:
            ConfigError: a value is not allowed, or cannot be changed any more.
        """
        for name in knobs:
            if name not in CHANGEABLE:
                raise ConfigError(
                    f"{name} cannot be changed in the middle of a run. Allowed: "
                    f"{', '.join(CHANGEABLE)}."
                )
        found = self.parse({**config.model_dump(), **knobs})
        if metric_names(found) != metric_names(config):
            raise ConfigError(
                f"loss cannot become {found.loss} in the middle of this run: its curves would be "
                "other ones. Start a new run for that."
            )
        return found

    def parse(self, values: dict[str, Any]) -> AnyConfig:
        """The recipe's config from raw values; see `ganlib.knobs.parse`."""
        return parse(self.Config, values)
