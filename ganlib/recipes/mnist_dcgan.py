"""DCGAN on handwritten digits, after Hands-On Deep Learning for Games."""

from typing import TYPE_CHECKING, ClassVar

from ganlib.config import RunConfig
from ganlib.knobs import inherit, knob
from ganlib.recipes.base import Source
from ganlib.recipes.image import NormalisedConfig, SmallImageRecipe

if TYPE_CHECKING:
    import keras


class DcganConfig(NormalisedConfig):
    """Knobs of `mnist/dcgan`."""

    batch_normalised: ClassVar[bool] = True

    steps: int = inherit(RunConfig, "steps", 4_000)
    sample_every: int = inherit(RunConfig, "sample_every", 50)
    dropout: float = knob(
        0.25,
        "Share of the discriminator's activations left out at random, against memorising.",
        group="Networks",
        ge=0,
        lt=1,
    )


class MnistDcgan(SmallImageRecipe[DcganConfig]):
    """Learns to draw digits with two convolutional networks."""

    name = "mnist/dcgan"
    title = "DCGAN"
    page = "mnist"
    order = 1
    source = Source("Hands-On Deep Learning for Games, chapter 3")
    summary = "Two convolutional networks with batch normalisation and dropout draw digits."
    notes = (
        "The book's numbers, with the book's mistake mended. Its loop freezes the discriminator "
        "after compiling it; on today's Keras the discriminator then never learns, without a "
        "word. Here each network is trained through its own list of variables. Real and "
        "generated images go through the discriminator in batches of their own, so that batch "
        "normalisation cannot give away which is which, and the two losses are averaged. The "
        "discriminator ends in a logit, which is the book's sigmoid with its rounding error "
        "taken out."
    )
    sample_count = 25
    Config = DcganConfig

    def generator(self, config: DcganConfig) -> "keras.Model":
        from ganlib.models.conv import upsampling_generator

        return upsampling_generator(config.normalisation_momentum)

    def discriminator(self, config: DcganConfig) -> "keras.Model":
        from ganlib.models.conv import regularised_discriminator

        return regularised_discriminator(config.dropout, config.normalisation_momentum)


RECIPE = MnistDcgan()
