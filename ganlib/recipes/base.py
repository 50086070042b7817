"""A recipe: one file with all that a system needs to be trained.

Forms, the command line, search ranges and the contract tests are made from it.
Importing a recipe never imports TensorFlow: its networks are built on request.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal

import numpy as np
from typing_extensions import TypeVar

from ganlib.config import CHANGEABLE, RunConfig, metric_names
from ganlib.data.base import Data, Loading, Scaling
from ganlib.errors import ConfigError
from ganlib.knobs import meta, parse

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

# `Recipe` alone is a recipe of any config.
AnyConfig = TypeVar("AnyConfig", bound=RunConfig, default=Any)

Kind = Literal["scalar", "plane", "image"]
PAGES = ("toy", "mnist", "quickdraw", "wgan")


@dataclass(frozen=True)
class Source:
    """Where a system comes from.

    Args:
        text: book, chapter and example, or authors and year.
        url: where to read it; empty for a printed book.
        values: the origin of the defaults, as in "back to the book's values".
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
        page: the page it trains on, one of `PAGES`.
        order: place among the recipes of its page, lowest first.
        kind: "scalar" (1-D samples, shown as histograms), "plane" (2-D samples, shown as
            points) or "image" (grids).
        dataset: the dataset's name, for listings.
        score: the figure of `evaluate` that the table of runs shows; lower is better.
        score_floor: the figure of `evaluate` that says what the score is between two real
            samples; empty where the recipe has none.
        source: book or paper.
        summary: one sentence: what it is. May be empty.
        notes: Markdown: what the source does, where it errs, what is done instead. May be empty.
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
    summary: ClassVar[str] = ""
    notes: ClassVar[str] = ""
    sample_count: ClassVar[int] = 16
    evaluation_count: ClassVar[int] = 2_000
    Config: type[AnyConfig]

    @abstractmethod
    def load(self, config: AnyConfig) -> Data:
        """Loads the samples to learn from."""

    def loading(self, config: AnyConfig) -> Loading:
        """Like `load`, but yields progress, for data that may have to be downloaded first."""
        yield from ()
        return self.load(config)

    def stand_in(self, config: AnyConfig) -> Data | None:
        """Noise in the shape of the data, if these had to be downloaded now; else None."""
        return None

    @abstractmethod
    def data_sentence(self, config: AnyConfig) -> str:
        """One sentence on the data that a run would get now; uses no network and no TensorFlow.

        Raises:
            DataError: the user's own file is not what it should be.
        """

    def data_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the values of the knobs that choose the data.

        Args:
            values: of all knobs, by name; None for those that are missing.
        """
        fields = self.Config.model_fields.items()
        return {name: values.get(name) for name, one in fields if meta(one)["group"] == "Data"}

    def data_key(self, values: Mapping[str, Any]) -> object:
        """Identifies data: two runs with equal keys learn the same.

        Args:
            values: of all knobs, by name.
        """
        return self.kind, repr(sorted(self.data_values(values).items()))

    def data_bytes(self, config: AnyConfig) -> int:
        """Bytes that all samples take in memory, at most; 0 if they are generated on the fly.

        Raises:
            DataError: the user's own file is not what it should be.
        """
        return 0

    @abstractmethod
    def scaling(self, config: AnyConfig) -> Scaling:
        """The conversion from the data's own units to the networks'."""

    @abstractmethod
    def latent(self, config: AnyConfig) -> Latent:
        """Size and distribution of the generator's noise."""

    @abstractmethod
    def generator(self, config: AnyConfig) -> "keras.Model":
        """Builds the generator in Keras' own layers.

        Args:
            config: the run's knobs.
        Returns:
            (B, latent.size) float32 -> (B, *sample_shape) in the networks' units. It need not
            be built: a run makes a copy with seeds and a precision of its own.
        """

    @abstractmethod
    def discriminator(self, config: AnyConfig) -> "keras.Model":
        """Builds the discriminator in Keras' own layers.

        Args:
            config: the run's knobs.
        Returns:
            (B, *sample_shape) in the networks' units -> (B, 1) logits, or a critic's scores. It
            need not be built: a run makes a copy with seeds and a precision of its own.
        """

    def stage(self, config: AnyConfig, step: int) -> int:
        """The stage of the run that a step belongs to: 0 if the networks do not grow.

        The step is compiled once for each stage.

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
        """The real samples as the discriminator sees them: unchanged in most recipes.

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
        """The density of one-dimensional data; None if it is unknown.

        Args:
            config: the run's knobs.
            x: (k,) points in the data's own units.
        Returns:
            (k,) densities, per unit.
        """
        return None

    def peaks(self, config: AnyConfig) -> int:
        """Number of peaks of the data; 0 if they are not to be counted."""
        return 0

    def caption(self, config: AnyConfig, step: int) -> str:
        """A caption for the samples of a step; empty for most recipes."""
        return ""

    def real_at(self, config: AnyConfig, step: int, real: np.ndarray) -> np.ndarray:
        """Real samples as the discriminator sees them at a step, to be shown beside generated ones.

        Args:
            config: the run's knobs.
            step: the step.
            real: (n, *sample_shape) real samples in the data's own units.
        Returns:
            An array of the same shape and type.
        """
        return real

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
                    f"{name} cannot be changed during a run. Allowed: {', '.join(CHANGEABLE)}."
                )
        found = self.parse({**config.model_dump(), **knobs})
        if metric_names(found) != metric_names(config):
            raise ConfigError(
                f"loss cannot be changed to {found.loss} during this run, because the run would "
                "record other metrics. Start a new run for that."
            )
        return found

    def parse(self, values: dict[str, Any]) -> AnyConfig:
        """The recipe's config from raw values; see `ganlib.knobs.parse`."""
        return parse(self.Config, values)
