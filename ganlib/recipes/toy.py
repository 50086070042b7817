"""What the toys share: two small dense networks, and what keeps them from circling."""

from typing import TYPE_CHECKING, ClassVar, TypeVar

from ganlib.config import GradientPenalty, RunConfig, Schedule
from ganlib.knobs import inherit, knob
from ganlib.recipes.base import Recipe

if TYPE_CHECKING:
    import keras


class ToyConfig(RunConfig):
    """Knobs of a GAN of two small dense networks."""

    batch_size: int = inherit(RunConfig, "batch_size", 256)
    generator_units: int = knob(
        64, "Units in each hidden layer of the generator.", group="Networks", ge=1, le=2_048
    )
    generator_layers: int = knob(3, "Hidden layers of the generator.", group="Networks", ge=1, le=8)
    discriminator_units: int = knob(
        64, "Units in each hidden layer of the discriminator.", group="Networks", ge=1, le=2_048
    )
    discriminator_layers: int = knob(
        3, "Hidden layers of the discriminator.", group="Networks", ge=1, le=8
    )
    octaves: int = knob(
        4,
        "Number of octaves of sine waves (Fourier features) that the discriminator gets of each "
        "sample, the longest with a frequency of one radian per unit. They help it to see narrow "
        "peaks and sharp edges. 0 for none.",
        group="Networks",
        paper="arXiv 2006.10739",
        ge=0,
        le=12,
    )
    gradient_penalty: GradientPenalty = inherit(RunConfig, "gradient_penalty", "r1_r2")
    gradient_penalty_weight: float = inherit(RunConfig, "gradient_penalty_weight", 0.03)
    average_decay: float = inherit(RunConfig, "average_decay", 0.999)
    generator_learning_rate: float = inherit(RunConfig, "generator_learning_rate", 1e-3)
    beta_1: float = inherit(RunConfig, "beta_1", 0.0)
    beta_2: float = inherit(RunConfig, "beta_2", 0.9)
    schedule: Schedule = inherit(RunConfig, "schedule", "cosine")


AnyToyConfig = TypeVar("AnyToyConfig", bound=ToyConfig)


class ToyRecipe(Recipe[AnyToyConfig]):
    """Learns a distribution of a few numbers.

    Attributes:
        dimensions: numbers in one sample.
    """

    page = "toy"
    dimensions: ClassVar[int]

    def generator(self, config: AnyToyConfig) -> "keras.Model":
        from ganlib.models.dense import mlp

        hidden = [config.generator_units] * config.generator_layers
        # With relu it learns steep slopes, as between two peaks, in a third of the steps that
        # leaky relu takes.
        return mlp(hidden, self.dimensions, activation="relu")

    def discriminator(self, config: AnyToyConfig) -> "keras.Model":
        from ganlib.models.dense import mlp

        hidden = [config.discriminator_units] * config.discriminator_layers
        return mlp(hidden, 1, activation="leaky_relu", octaves=config.octaves)
