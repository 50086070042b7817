"""What a recipe is: one file that says everything a system needs to be trained.

Forms, the command line, search ranges and the contract tests are made from it.
Importing a recipe never imports TensorFlow: its networks are built on request.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

import numpy as np

from ganlib.config import RunConfig
from ganlib.data.base import Data, Scaling

if TYPE_CHECKING:
    import keras

    from ganlib.models.schedules import Schedule

AnyConfig = TypeVar("AnyConfig", bound=RunConfig)


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
    """One system: its knobs, data, networks, objective and optimisers.

    Attributes:
        name: "page/variant", the name on the command line.
        title: how people call it.
        page: the page it trains on.
        order: place among the recipes of its page, lowest first.
        kind: "scalar" (1-D samples, shown as histograms) or "image" (grids).
        dataset: the dataset's name, for listings.
        score: the figure of `evaluate` that the table of runs shows; lower is better.
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
    kind: ClassVar[Literal["scalar", "image"]]
    dataset: ClassVar[str]
    score: ClassVar[str]
    source: ClassVar[Source]
    summary: ClassVar[str]
    notes: ClassVar[str]
    sample_count: ClassVar[int] = 16
    evaluation_count: ClassVar[int] = 2_000
    Config: type[AnyConfig]

    @abstractmethod
    def load(self, config: AnyConfig) -> Data:
        """The samples to learn from."""

    @abstractmethod
    def data_sentence(self, config: AnyConfig) -> str:
        """Which data a run would get now; asks no network and loads no TensorFlow.

        Raises:
            DataError: the user's own file is not what it should be.
        """

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

    @abstractmethod
    def optimisers(
        self, config: AnyConfig
    ) -> tuple["keras.optimizers.Optimizer", "keras.optimizers.Optimizer"]:
        """(generator's, discriminator's)."""

    def objective(self, config: AnyConfig) -> str:
        """Name of the pair of losses in `ganlib.objectives`."""
        return config.loss

    def discriminator_steps(self, config: AnyConfig) -> int:
        """Updates of the discriminator, each on a fresh batch, for one of the generator."""
        return 1

    def schedule(self, config: AnyConfig) -> "Schedule":
        """How both learning rates go over the run; see `ganlib.models.schedules`."""
        return "constant"

    def penalty_weight(self, config: AnyConfig) -> float:
        """Gamma of the zero-centred gradient penalties R1 and R2; 0 for none."""
        return 0.0

    def average_decay(self, config: AnyConfig) -> float:
        """Of the running average of the generator that samples are drawn from; 0 for none."""
        return 0.0

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

    def parse(self, values: dict[str, Any]) -> AnyConfig:
        """The recipe's config from raw values; see `ganlib.config.parse`."""
        from ganlib.config import parse

        return parse(self.Config, values)
