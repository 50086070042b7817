"""A GAN whose discriminator is spectrally normalised."""

from ganlib.config import Loss, RunConfig
from ganlib.knobs import inherit
from ganlib.recipes.base import Source
from ganlib.recipes.training_gans import OLD_OPTIMISER_ARGUMENTS
from ganlib.recipes.wgan import WganConfig, WganRecipe


class SnganConfig(WganConfig):
    """Knobs of `sngan`."""

    loss: Loss = inherit(RunConfig, "loss", "hinge")
    spectral_normalisation: bool = inherit(RunConfig, "spectral_normalisation", True)


class Sngan(WganRecipe[SnganConfig]):
    """A discriminator whose layers stretch nothing."""

    name = "sngan"
    title = "Spectral normalisation"
    order = 3
    source = Source(
        "Training GANs, spectral normalisation; Miyato et al. 2018",
        "https://arxiv.org/abs/1802.05957",
        "the paper's values",
    )
    summary = "Every layer of the discriminator is divided by its largest singular value."
    notes = (
        "A third way to keep the discriminator from being steep: each of its layers is divided "
        "by the largest factor by which it stretches anything, found by one step of power "
        "iteration a pass. It costs almost nothing, needs one update of the discriminator a "
        "step, and no penalty. The layer in the book multiplies shapes that do not fit and "
        "cannot run; Keras' own overwrites the weights it normalises and hides the factor from "
        "the gradient. The one here does neither. The hinge loss is the paper's; the length, "
        f"10,000 steps, is ours. {OLD_OPTIMISER_ARGUMENTS}"
    )
    Config = SnganConfig


RECIPE = Sngan()
