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
        "Dropout rate of the discriminator.",
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
    summary = "Two convolutional networks with batch normalisation and dropout generate digits."
    notes = (
        "The book's numbers, with one mistake corrected: its loop freezes the discriminator after "
        "compiling it, and in today's Keras the discriminator then never learns, without any "
        "warning. Here each network is trained through its own list of variables. Real and "
        "generated images pass through the discriminator in separate batches, so that batch "
        "normalisation cannot give away which is which, and the two losses are averaged. The "
        "discriminator ends in a logit in place of the book's sigmoid, which avoids rounding "
        "errors."
    )
    sample_count = 25
    Config = DcganConfig

    def generator(self, config: DcganConfig) -> "keras.Model":
        """Upsamples, then convolves: (B, latent) -> (B, 28, 28, 1) in [-1, 1]."""
        from keras import Sequential, layers

        def upsampled(filters: int) -> list[layers.Layer]:
            return [
                layers.UpSampling2D(),
                layers.Conv2D(filters, 3, padding="same"),
                layers.BatchNormalization(momentum=config.normalisation_momentum),
                layers.ReLU(),
            ]

        return Sequential(
            [
                layers.Dense(7 * 7 * 128, activation="relu"),
                layers.Reshape((7, 7, 128)),
                *upsampled(128),
                *upsampled(64),
                layers.Conv2D(1, 3, padding="same", activation="tanh"),
            ]
        )

    def discriminator(self, config: DcganConfig) -> "keras.Model":
        """Four convolutions with dropout: (B, 28, 28, 1) -> (B, 1) logits."""
        from keras import Sequential, layers

        def normalised() -> list[layers.Layer]:
            return [
                layers.BatchNormalization(momentum=config.normalisation_momentum),
                layers.LeakyReLU(0.2),
                layers.Dropout(config.dropout),
            ]

        return Sequential(
            [
                layers.Conv2D(32, 3, strides=2, padding="same"),
                layers.LeakyReLU(0.2),
                layers.Dropout(config.dropout),
                layers.Conv2D(64, 3, strides=2, padding="same"),
                layers.ZeroPadding2D(((0, 1), (0, 1))),
                *normalised(),
                layers.Conv2D(128, 3, strides=2, padding="same"),
                *normalised(),
                layers.Conv2D(256, 3, strides=1, padding="same"),
                *normalised(),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )


RECIPE = MnistDcgan()
