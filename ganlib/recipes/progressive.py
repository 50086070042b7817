"""Progressive growing: from 4 x 4 pixels to 32 x 32 while training."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ganlib.config import GradientPenalty, Loss, RunConfig
from ganlib.knobs import inherit, knob
from ganlib.recipes.base import Source
from ganlib.recipes.image import SmallImageConfig, SmallImageRecipe
from ganlib.recipes.training_gans import OLD_OPTIMISER_ARGUMENTS

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

# Pixels along a side, from the first size to the last.
SIZES = (4, 8, 16, 32)


class ProgressiveConfig(SmallImageConfig):
    """Knobs of `progressive`."""

    grows: ClassVar[bool] = True

    steps: int = inherit(RunConfig, "steps", 3_500)
    batch_size: int = inherit(RunConfig, "batch_size", 64)
    images_per_phase: int = knob(
        25_600,
        "Number of real images shown at each size before the next size fades in, and again during "
        "the fade.",
        group="Networks",
        unit="images",
        ge=1,
        le=10_000_000,
    )
    loss: Loss = inherit(RunConfig, "loss", "relativistic")
    gradient_penalty: GradientPenalty = inherit(RunConfig, "gradient_penalty", "r1_r2")
    gradient_penalty_weight: float = inherit(RunConfig, "gradient_penalty_weight", 1.0)
    average_decay: float = inherit(RunConfig, "average_decay", 0.99)
    generator_learning_rate: float = inherit(RunConfig, "generator_learning_rate", 5e-4)
    discriminator_learning_rate: float = inherit(RunConfig, "discriminator_learning_rate", 5e-4)
    beta_1: float = inherit(RunConfig, "beta_1", 0.0)
    beta_2: float = inherit(RunConfig, "beta_2", 0.99)


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
    summary = "Both networks start at 4 x 4 pixels and grow to 32 x 32 during training."
    notes = (
        "Training starts with images of 4 x 4 pixels, an easy task, and every new layer of both "
        "networks is faded in over the existing image. During a fade, the real images are blended "
        "from both sizes in the same way, so that the discriminator cannot recognise them by "
        "their sharpness. The images are padded to 32 x 32 and averaged down to the current size; "
        "the grid shows them enlarged. The paper trains on faces of 1,024 pixels for days, with "
        "the Wasserstein loss. Networks, lengths and learning rates here are our own, and the "
        "paper's equalised learning rates, pixel normalisation and minibatch standard deviation "
        "are left out. With the plain cross-entropy the discriminator becomes far too strong at "
        "every new size; a loss that compares each real image with a generated one, and penalties "
        "on the discriminator's slope (R1 and R2, arXiv 2501.05441), prevent that. "
        f"{OLD_OPTIMISER_ARGUMENTS}"
    )
    border = 2
    sample_count = 25
    Config = ProgressiveConfig

    def generator(self, config: ProgressiveConfig) -> "keras.Model":
        from ganlib.models.progressive import growing_generator

        return growing_generator()

    def discriminator(self, config: ProgressiveConfig) -> "keras.Model":
        from ganlib.models.progressive import growing_discriminator

        return growing_discriminator()

    def stage(self, config: ProgressiveConfig, step: int) -> int:
        growth = growth_at(step, config.images_per_phase, config.batch_size)
        return min(ceil(growth), len(SIZES) - 1)

    @contextmanager
    def around_step(
        self,
        config: ProgressiveConfig,
        generator: "keras.Model",
        discriminator: "keras.Model",
        step: "tf.Tensor",
        stage: int,
    ) -> Iterator[None]:
        from ganlib.models.progressive import at_level, set_growth

        growth = growth_at(step, config.images_per_phase, config.batch_size)
        set_growth(generator, growth)
        set_growth(discriminator, growth)
        with at_level(generator, stage), at_level(discriminator, stage):
            yield

    def present_real(self, discriminator: "keras.Model", real: "tf.Tensor") -> "tf.Tensor":
        from ganlib.models.progressive import fade_images

        return fade_images(discriminator, real)

    def caption(self, config: ProgressiveConfig, step: int) -> str:
        level, share = _level_at(config, step)
        if not share:
            return f"{SIZES[level]} x {SIZES[level]} pixels"
        coming = SIZES[level + 1]
        return f"{coming} x {coming} pixels, fading in: {share:.0%}"

    def real_at(self, config: ProgressiveConfig, step: int, real: np.ndarray) -> np.ndarray:
        level, share = _level_at(config, step)
        shown = _with_pixels(real, SIZES[level])
        if share:
            shown = (1 - share) * shown + share * _with_pixels(real, SIZES[level + 1])
        return np.rint(shown).astype(real.dtype)


def _level_at(config: ProgressiveConfig, step: int) -> tuple[int, float]:
    """Returns the index in `SIZES` of the networks' size at a step, and the share of the next.

    At step 0 the networks are as at the first step.
    """
    growth = min(
        growth_at(max(step, 1), config.images_per_phase, config.batch_size), len(SIZES) - 1
    )
    return int(growth), growth - int(growth)


def _with_pixels(images: np.ndarray, size: int) -> np.ndarray:
    """Averages (n, H, W, C) images over blocks, so that they have `size` x `size` pixels to see."""
    count, height, width, channels = images.shape
    rows, columns = height // size, width // size
    means = images.reshape(count, size, rows, size, columns, channels).mean(axis=(2, 4))
    return means.repeat(rows, axis=1).repeat(columns, axis=2)


def growth_at(step: Any, images_per_phase: int, batch_size: int) -> Any:
    """How far both networks have grown at a step, if there were no last size.

    Phases of equal length follow each other: size 0 alone, size 1 is faded in, size 1
    alone, and so on.

    Args:
        step: counted from 1; a number, or an int64 tensor.
        images_per_phase: real images that are shown in a phase.
        batch_size: real images that are shown at a step.
    Returns:
        From 0 on, as the images shown before the step have it; a number or a tensor.
    """
    shown = (step - 1) * batch_size
    phase, within = shown // images_per_phase, shown % images_per_phase
    grown = (phase // 2) * images_per_phase + (phase % 2) * within
    return grown / images_per_phase


RECIPE = Progressive()
