"""What recipes that draw images have in common."""

import math
from abc import abstractmethod
from typing import ClassVar, TypeVar

import numpy as np

from ganlib import data
from ganlib.config import RunConfig
from ganlib.data.base import ArrayData, Data, Loading, Scaling, loaded
from ganlib.data.dataset import Dataset, ImageDataset
from ganlib.data.padded import PaddedData
from ganlib.events import DataReport
from ganlib.knobs import knob
from ganlib.metrics.samples import image_scores
from ganlib.recipes.base import AnyConfig, Latent, Recipe

SHAPE = (28, 28, 1)
# As many as scores are made from.
_STAND_IN = 256


class ImageRecipe(Recipe[AnyConfig]):
    """Learns uint8 images, which the networks see as values from -1 to 1.

    Attributes:
        border: pixels that `load` adds on each side of the data's own images.
    """

    kind = "image"
    # Images of other sizes have no such score; a recipe that draws them names another one.
    score = "frechet"
    border: ClassVar[int] = 0

    @abstractmethod
    def images(self, config: AnyConfig) -> Dataset:
        """Where the images come from."""

    def load(self, config: AnyConfig) -> Data:
        return loaded(self.loading(config))

    def loading(self, config: AnyConfig) -> Loading:
        images = yield from self.images(config).loading()
        return self._framed(images)

    def stand_in(self, config: AnyConfig) -> Data | None:
        images = self.images(config)
        if not images.locate().fetches:
            return None
        shape = (_STAND_IN, *images.sample_shape)
        noise = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
        return self._framed(ArrayData(noise, DataReport("Noise", "made here", _STAND_IN)))

    def _framed(self, images: Data) -> Data:
        return PaddedData(images, self.border) if self.border else images

    def data_sentence(self, config: AnyConfig) -> str:
        return self.images(config).locate().sentence()

    def data_bytes(self, config: AnyConfig) -> int:
        images = self.images(config)
        return images.most() * math.prod(images.sample_shape)

    def scaling(self, config: AnyConfig) -> Scaling:
        return Scaling(offset=127.5, factor=127.5)

    def evaluate(
        self, config: AnyConfig, real: np.ndarray, generated: np.ndarray
    ) -> dict[str, float]:
        return image_scores(real, generated, self.border)


def small_image_datasets() -> tuple[str, ...]:
    """The names of all datasets of 28 x 28 grey images: one more file, one more name."""
    found = data.all_datasets().values()
    return tuple(
        one.name for one in found if isinstance(one, ImageDataset) and one.sample_shape == SHAPE
    )


class SmallImageConfig(RunConfig):
    """Knobs of a GAN that draws images of 28 x 28 pixels from normal noise."""

    dataset: str = knob("mnist", "The images to learn.", group="Data", choices=small_image_datasets)
    latent_size: int = knob(
        100,
        "Length of the latent vector: numbers from N(0, 1) from which one image is generated.",
        group="Networks",
        ge=1,
        le=1_024,
    )


class NormalisedConfig(SmallImageConfig):
    """Knobs of image recipes with batch normalisation in the generator."""

    normalisation_momentum: float = knob(
        0.8,
        "Momentum of batch normalisation's moving averages: the closer to 1, the slower they "
        "change.",
        group="Networks",
        ge=0,
        lt=1,
    )


AnySmallImageConfig = TypeVar("AnySmallImageConfig", bound=SmallImageConfig)


class SmallImageRecipe(ImageRecipe[AnySmallImageConfig]):
    """Learns any of the datasets of 28 x 28 images."""

    dataset = "MNIST"

    def images(self, config: AnySmallImageConfig) -> Dataset:
        return data.get(config.dataset)

    def latent(self, config: AnySmallImageConfig) -> Latent:
        return Latent(config.latent_size)
