"""Progressive growing: from 4 x 4 pixels to 32 x 32 while training."""

from typing import TYPE_CHECKING

from ganlib.config import RunConfig
from ganlib.data.base import Loading
from ganlib.data.padded import PaddedData
from ganlib.knobs import inherit, knob
from ganlib.recipes.base import Source
from ganlib.recipes.image import SmallImageConfig, SmallImageRecipe

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

_BORDER = 2
RESOLUTIONS = (4, 8, 16, 32)


class ProgressiveConfig(SmallImageConfig):
    """Knobs of `progressive`."""

    steps: int = inherit(RunConfig, "steps", 5_000)
    batch_size: int = inherit(RunConfig, "batch_size", 64)
    images_per_phase: int = knob(
        38_400,
        "Real images shown at each size before the next one fades in, and again as many while "
        "it does.",
        group="Networks",
        unit="images",
        ge=1,
        le=10_000_000,
    )
    average_decay: float = inherit(RunConfig, "average_decay", 0.99)
    generator_learning_rate: float = inherit(RunConfig, "generator_learning_rate", 5e-4)
    discriminator_learning_rate: float = inherit(RunConfig, "discriminator_learning_rate", 5e-4)
    beta_1: float = inherit(RunConfig, "beta_1", 0.0)
    beta_2: float = inherit(RunConfig, "beta_2", 0.99)

    def _refusals(self) -> list[tuple[bool, str]]:
        return [
            *super()._refusals(),
            (
                self.spectral_normalisation,
                "spectral_normalisation must be false here: it is made for layers that stay, "
                "and these networks grow.",
            ),
        ]


class Progressive(SmallImageRecipe[ProgressiveConfig]):
    """Learns the outline first, then the details."""

    name = "progressive"
    title = "Progressive growing"
    page = "mnist"
    order = 4
    source = Source(
        "Training GANs, progressive growing; Karras et al. 2018",
        "https://arxiv.org/abs/1710.10196",
        "our tuned values",
    )
    summary = "Both networks begin with 4 x 4 pixels and grow to 32 x 32 while they train."
    notes = (
        "Training begins with pictures of 4 x 4 pixels, which is an easy game, and every new "
        "layer of both networks is faded in over the picture that is already there. The images "
        "are padded to 32 x 32 and shrunk to the size of the moment by averaging; the grid shows "
        "the size of the moment, blown up. The paper trains on faces of 1,024 pixels for days, "
        "with the Wasserstein loss; networks, lengths and learning rates here are ours."
    )
    sample_count = 25
    Config = ProgressiveConfig

    def loading(self, config: ProgressiveConfig) -> Loading:
        data = yield from super().loading(config)
        return PaddedData(data, _BORDER)

    def generator(self, config: ProgressiveConfig) -> "keras.Model":
        from ganlib.models.progressive import growing_generator

        return growing_generator()

    def discriminator(self, config: ProgressiveConfig) -> "keras.Model":
        from ganlib.models.progressive import growing_discriminator

        return growing_discriminator()

    def before_step(
        self,
        config: ProgressiveConfig,
        generator: "keras.Model",
        discriminator: "keras.Model",
        step: "tf.Tensor",
    ) -> None:
        from ganlib.models.progressive import growth_at, set_growth

        growth = growth_at(step, config.batch_size, config.images_per_phase)
        set_growth(generator, growth)
        set_growth(discriminator, growth)

    def caption(self, config: ProgressiveConfig, step: int) -> str:
        growth = growth_after(step, config.batch_size, config.images_per_phase)
        level, share = int(growth), growth - int(growth)
        size = RESOLUTIONS[level]
        if not share:
            return f"{size} x {size} pixels"
        following = RESOLUTIONS[level + 1]
        return f"{size} x {size} pixels, {following} x {following} fading in ({share:.0%})"


RECIPE = Progressive()
