"""What the Wasserstein recipes and their relative with spectral normalisation share."""

from typing import TYPE_CHECKING, TypeVar

from ganlib.config import RunConfig
from ganlib.knobs import inherit
from ganlib.recipes.image import NormalisedConfig, SmallImageRecipe

if TYPE_CHECKING:
    import keras


class WganConfig(NormalisedConfig):
    """Knobs of a recipe with the book's two networks."""

    steps: int = inherit(RunConfig, "steps", 10_000)
    batch_size: int = inherit(RunConfig, "batch_size", 64)
    sample_every: int = inherit(RunConfig, "sample_every", 250)


AnyWganConfig = TypeVar("AnyWganConfig", bound=WganConfig)


class WganRecipe(SmallImageRecipe[AnyWganConfig]):
    """Base class of the recipes with the book's WGAN networks."""

    page = "wgan"
    sample_count = 25

    def generator(self, config: AnyWganConfig) -> "keras.Model":
        from ganlib.models.conv import transposed_generator

        return transposed_generator(config.normalisation_momentum)

    def discriminator(self, config: AnyWganConfig) -> "keras.Model":
        from ganlib.models.conv import strided_discriminator

        return strided_discriminator()
