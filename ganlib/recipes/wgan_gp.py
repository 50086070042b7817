"""The Wasserstein GAN with gradient penalty."""

from ganlib.config import GradientPenalty, Loss, RunConfig
from ganlib.knobs import inherit
from ganlib.recipes.base import Source
from ganlib.recipes.training_gans import OLD_OPTIMISER_ARGUMENTS
from ganlib.recipes.wgan import WganConfig, WganRecipe


class WganGpConfig(WganConfig):
    """Knobs of `wgan/gp`."""

    steps: int = inherit(RunConfig, "steps", 5_000)
    loss: Loss = inherit(RunConfig, "loss", "wasserstein")
    gradient_penalty: GradientPenalty = inherit(RunConfig, "gradient_penalty", "wgan_gp")
    generator_learning_rate: float = inherit(RunConfig, "generator_learning_rate", 1e-4)
    discriminator_learning_rate: float = inherit(RunConfig, "discriminator_learning_rate", 1e-4)
    discriminator_steps: int = inherit(RunConfig, "discriminator_steps", 5)
    beta_1: float = inherit(RunConfig, "beta_1", 0.0)
    beta_2: float = inherit(RunConfig, "beta_2", 0.9)


class WganGp(WganRecipe[WganGpConfig]):
    """A critic whose slope is pulled to 1 where samples lie."""

    name = "wgan/gp"
    title = "WGAN, gradient penalty"
    order = 2
    source = Source(
        "Training GANs, gradient penalties; Gulrajani et al. 2017",
        "https://arxiv.org/abs/1704.00028",
        "the paper's values",
    )
    summary = "A penalty keeps the critic's slope near 1 between real and generated images."
    notes = (
        "Instead of clipping, a penalty keeps the critic's slope near 1 at random points between "
        "real and generated images, so that the critic can use all of its weights. It is not a "
        "limit: elsewhere the slope may be larger. The penalty applies to single images, so the "
        "critic has no batch normalisation. Each of the five updates of the critic for one of the "
        "generator uses a new batch of real images; the book's sketch reuses one batch, to which "
        "the critic would overfit. A step is slower than with clipping, because a penalty needs "
        f"second derivatives; the length, 5,000 steps, is our own. {OLD_OPTIMISER_ARGUMENTS}"
    )
    Config = WganGpConfig


RECIPE = WganGp()
