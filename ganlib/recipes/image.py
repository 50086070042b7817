"""What recipes that draw images have in common."""

from typing import TYPE_CHECKING, ClassVar, TypeVar

import numpy as np

from ganlib.config import RunConfig, knob
from ganlib.data.base import Data, Scaling
from ganlib.data.dataset import Dataset
from ganlib.metrics.samples import image_scores
from ganlib.recipes.base import Latent, Recipe

if TYPE_CHECKING:
    import keras


class ImageConfig(RunConfig):
    """Knobs of a convolutional GAN trained with Adam."""

    latent_size: int = knob(
        100, "Numbers of N(0, 1) noise that one image grows from.", group="Networks", ge=1, le=1_024
    )
    momentum: float = knob(
        0.8,
        "How slowly batch normalisation's moving averages follow the batches.",
        group="Networks",
        ge=0,
        lt=1,
    )
    generator_learning_rate: float = knob(
        2e-4,
        "Adam's step size for the generator.",
        group="Optimisers",
        gt=0,
        le=1,
        baked=False,
    )
    discriminator_learning_rate: float = knob(
        2e-4,
        "Adam's step size for the discriminator.",
        group="Optimisers",
        gt=0,
        le=1,
        baked=False,
    )
    beta_1: float = knob(
        0.5,
        "Adam's memory of past gradients. GANs like it lower than the usual 0.9.",
        group="Optimisers",
        ge=0,
        lt=1,
    )


AnyImageConfig = TypeVar("AnyImageConfig", bound=ImageConfig)


class ImageRecipe(Recipe[AnyImageConfig]):
    """Learns uint8 images, which the networks see as values from -1 to 1.

    Attributes:
        images: the dataset to learn.
    """

    kind = "image"
    score = "pixel_w1"
    images: ClassVar[Dataset]

    def load(self, config: AnyImageConfig) -> Data:
        return self.images.load()

    def data_sentence(self, config: AnyImageConfig) -> str:
        return self.images.locate().sentence()

    def scaling(self, config: AnyImageConfig) -> Scaling:
        return Scaling(offset=127.5, factor=127.5)

    def latent(self, config: AnyImageConfig) -> Latent:
        return Latent(config.latent_size)

    def optimisers(
        self, config: AnyImageConfig
    ) -> tuple["keras.optimizers.Optimizer", "keras.optimizers.Optimizer"]:
        from ganlib.models.optimisers import FusedAdam

        return (
            FusedAdam(config.generator_learning_rate, config.beta_1),
            FusedAdam(config.discriminator_learning_rate, config.beta_1),
        )

    def evaluate(
        self, config: AnyImageConfig, real: np.ndarray, generated: np.ndarray
    ) -> dict[str, float]:
        return image_scores(real, generated)
