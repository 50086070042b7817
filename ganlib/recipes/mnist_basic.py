"""The first GAN of Training GANs: plain, at Keras' default settings."""

from typing import TYPE_CHECKING

from ganlib.config import RunConfig
from ganlib.knobs import inherit
from ganlib.recipes.base import Source
from ganlib.recipes.image import NormalisedConfig, SmallImageRecipe

if TYPE_CHECKING:
    import keras


class BasicConfig(NormalisedConfig):
    """Knobs of `mnist/basic`."""

    steps: int = inherit(RunConfig, "steps", 10_000)
    batch_size: int = inherit(RunConfig, "batch_size", 64)
    sample_every: int = inherit(RunConfig, "sample_every", 1_000)
    generator_learning_rate: float = inherit(RunConfig, "generator_learning_rate", 1e-3)
    discriminator_learning_rate: float = inherit(RunConfig, "discriminator_learning_rate", 1e-3)
    beta_1: float = inherit(RunConfig, "beta_1", 0.9)


class MnistBasic(SmallImageRecipe[BasicConfig]):
    """The same task without the tricks."""

    name = "mnist/basic"
    title = "Basic GAN"
    page = "mnist"
    order = 2
    source = Source("Training GANs, section 3.3.1")
    summary = "A plain GAN at Keras' default learning rate: often unstable, and good to see."
    notes = (
        "The book leaves the two networks open; these are the ones of its own WGAN section, with "
        "a discriminator that ends in one logit. Both learn with Adam at Keras' defaults (0.001, "
        "beta_1 0.9), which is quick for a GAN: expect the losses to swing, and compare with "
        "DCGAN. As in every recipe here the discriminator does learn; in the book's loop, on "
        "today's Keras, freezing it after compiling leaves it as it began."
    )
    sample_count = 10
    Config = BasicConfig

    def generator(self, config: BasicConfig) -> "keras.Model":
        from ganlib.models.conv import transposed_generator

        return transposed_generator(config.normalisation_momentum)

    def discriminator(self, config: BasicConfig) -> "keras.Model":
        from ganlib.models.conv import strided_discriminator

        return strided_discriminator()


RECIPE = MnistBasic()
