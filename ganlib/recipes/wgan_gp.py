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
    summary = "The critic's slope is pulled to 1 between real and generated images."
    notes = (
        "In place of clipping, a penalty pulls the critic's slope to 1 at random points between "
        "real and generated images, which lets it use all of its weights. It is no limit: "
        "elsewhere the critic may be steeper. The penalty is about "
        "single images, so the critic has no batch normalisation. Each of the five updates of "
        "the critic for one of the generator gets real images of its own; the book's sketch "
        "reuses one batch, with which the critic would be fitted to it. Slower a step than "
        "clipping, for a penalty needs gradients of gradients; the length, 5,000 steps, is ours. "
        f"{OLD_OPTIMISER_ARGUMENTS}"
    )
    Config = WganGpConfig


RECIPE = WganGp()
