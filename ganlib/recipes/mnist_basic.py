"""The first GAN of Training GANs: plain, without the tricks of the later ones."""

from typing import TYPE_CHECKING, ClassVar, Literal

from ganlib.config import RunConfig
from ganlib.knobs import inherit, knob
from ganlib.recipes.base import Source
from ganlib.recipes.image import NormalisedConfig, SmallImageRecipe
from ganlib.recipes.training_gans import OLD_OPTIMISER_ARGUMENTS

if TYPE_CHECKING:
    import keras


class BasicConfig(NormalisedConfig):
    """Knobs of `mnist/basic`."""

    presets: ClassVar[dict[str, dict[str, object]]] = {
        "corrected": {},
        "as printed": {
            "generator_learning_rate": 1e-3,
            "discriminator_learning_rate": 1e-3,
            "beta_1": 0.9,
        },
    }

    preset: Literal["corrected", "as printed"] = knob(
        "corrected",
        "As printed, both networks use Adam with Keras' defaults, and within a thousand steps all "
        "images are black. Corrected, their learning rate is a fifth of that, with less momentum.",
        group="Run",
    )
    steps: int = inherit(RunConfig, "steps", 10_000)
    batch_size: int = inherit(RunConfig, "batch_size", 64)
    sample_every: int = inherit(RunConfig, "sample_every", 1_000)


class MnistBasic(SmallImageRecipe[BasicConfig]):
    """The same task without the tricks."""

    name = "mnist/basic"
    title = "Basic GAN"
    page = "mnist"
    order = 2
    source = Source("Training GANs, section 3.3.1", values="the corrected values")
    summary = "A plain GAN: two convolutional networks and the classic loss, no tricks."
    notes = (
        "The book does not specify the two networks; these are the ones of its own WGAN section, "
        "with a discriminator that ends in one logit. It trains both with Adam at Keras' defaults "
        "(a learning rate of 0.001 and `beta_1` 0.9; the preset *as printed*). With these values, "
        "a discriminator that learns is soon always right, its gradient no longer helps the "
        "generator, and all images turn black. Here both networks use the values of DCGAN, "
        "`generator_learning_rate` 0.0002, `discriminator_learning_rate` 0.0002 and `beta_1` 0.5. "
        "As in every recipe here the discriminator does learn; the book's loop freezes it after "
        "compiling, so that in today's Keras it keeps its initial weights. "
        f"{OLD_OPTIMISER_ARGUMENTS}"
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
