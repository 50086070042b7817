"""The Wasserstein GAN with weight clipping, after Training GANs."""

from typing import ClassVar, Literal

from ganlib.config import Loss, Optimiser, RunConfig
from ganlib.knobs import inherit, knob
from ganlib.recipes.base import Source
from ganlib.recipes.training_gans import OLD_OPTIMISER_ARGUMENTS
from ganlib.recipes.wgan import WganConfig, WganRecipe


class WganClipConfig(WganConfig):
    """Knobs of `wgan/clip`."""

    presets: ClassVar[dict[str, dict[str, object]]] = {
        "corrected": {},
        "as printed": {"loss": "least_squares", "weight_clip": 0.0},
    }

    preset: Literal["corrected", "as printed"] = knob(
        "corrected",
        "As printed, the book compiles its WGAN with the mean squared error and clips the weights "
        "once, before training: the result is a least-squares GAN. Corrected, the loss is the "
        "Wasserstein loss and the weights are clipped after every update of the critic.",
        group="Run",
    )
    loss: Loss = inherit(RunConfig, "loss", "wasserstein")
    weight_clip: float = inherit(RunConfig, "weight_clip", 0.01)
    optimiser: Optimiser = inherit(RunConfig, "optimiser", "rmsprop")
    generator_learning_rate: float = inherit(RunConfig, "generator_learning_rate", 5e-5)
    discriminator_learning_rate: float = inherit(RunConfig, "discriminator_learning_rate", 5e-5)
    discriminator_steps: int = inherit(RunConfig, "discriminator_steps", 5)


class WganClip(WganRecipe[WganClipConfig]):
    """A critic in place of a judge."""

    name = "wgan/clip"
    title = "WGAN, weights clipped"
    order = 1
    source = Source(
        "Training GANs, section 3.3.3; Arjovsky et al. 2017", "https://arxiv.org/abs/1701.07875"
    )
    summary = "A critic estimates the distance between real and generated images."
    notes = (
        "The critic gives every image an unbounded score. The difference between its mean scores "
        "of real and of generated images is, up to a factor, the Wasserstein distance between "
        "them, provided that the critic's slope is limited. Clipping its weights limits it, but "
        "to an unknown value: the metric *Lipschitz bound* shows an upper bound. The book makes "
        "two mistakes: it compiles the model with the mean squared error, so that there is no "
        "Wasserstein loss, and it clips the weights once before training instead of after every "
        "update. Both are corrected here, with the paper's numbers, which are also the book's: "
        "RMSprop at 0.00005, five updates of the critic a step, and weights clipped to plus or "
        "minus 0.01. The preset *as printed* shows what its code trains, with `loss` "
        "least_squares and `weight_clip` 0, and without the single clipping before training. "
        f"{OLD_OPTIMISER_ARGUMENTS} Watch the estimate fall as the digits appear, and the share of "
        "weights at the limit: clipping leaves the critic little capacity, which is what the "
        "gradient penalty of `wgan/gp` was invented to fix."
    )
    Config = WganClipConfig


RECIPE = WganClip()
