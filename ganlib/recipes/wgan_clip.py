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
        "As printed, the book compiles its WGAN with the mean squared error and clips the "
        "weights once, before training: what is left is a least-squares GAN. Corrected, the "
        "loss is Wasserstein's and the weights are clipped after every update of the critic.",
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
    summary = "A critic estimates how far real and generated images lie apart."
    notes = (
        "The critic gives every image a score without bounds. The difference between its mean "
        "score of real and of generated images is, up to a factor, the Wasserstein distance "
        "between them, as long as something limits the critic's slope. Clipping its weights "
        "does, though to a limit that nobody has chosen: the chart *Lipschitz bound* shows an "
        "upper bound of it. The book makes two mistakes: it compiles the model with the mean "
        "squared error, so that no Wasserstein loss is anywhere, and it clips the weights once "
        "before training instead of after every update. Both are mended here, with the paper's "
        "numbers, which are also the book's: RMSprop at 0.00005, five updates of the critic a "
        "step, and weights cut to plus or minus 0.01. The preset *as printed* shows what its code "
        "trains, with `loss` least_squares and `weight_clip` 0; the single clipping before "
        f"training is left out. {OLD_OPTIMISER_ARGUMENTS} "
        "Watch the estimate fall as the digits appear, and the share of "
        "weights that sit at the limit: clipping uses the critic badly, which is what the "
        "gradient penalty of `wgan/gp` was invented for."
    )
    Config = WganClipConfig


RECIPE = WganClip()
