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
    """A discriminator whose weights are divided by their largest singular value."""

    name = "sngan"
    title = "Spectral normalisation"
    order = 3
    source = Source(
        "Training GANs, spectral normalisation; Miyato et al. 2018",
        "https://arxiv.org/abs/1802.05957",
        "the paper's values",
    )
    summary = "Each layer's weights are divided by their largest singular value."
    notes = (
        "Besides weight clipping and the gradient penalty, this is a third way to limit the slope "
        "of the discriminator: the weights of each layer, written as a matrix, are divided by "
        "their largest singular value, which one step of power iteration per pass estimates. It "
        "costs almost nothing, needs one update of the discriminator a step, and no penalty. A "
        "dense layer then stretches nothing. A convolution may still stretch an image, because it "
        "sees each pixel through several windows: here, with 4 x 4 kernels and stride 2, by a "
        "factor of up to 2. With two of them, the discriminator's slope is limited to 4 and not "
        "to 1. With `spectral_norm` set to *convolution* each layer is divided by the factor by "
        "which the convolution itself stretches, and the limit is 1 as soon as power iteration "
        "has found these factors; the metric *Lipschitz bound* shows it. The book's layer cannot "
        "run, because it multiplies matrices whose shapes do not fit. Keras' own layer overwrites "
        "the weights it normalises and passes no gradient through the factor. The layer here does "
        "neither. The hinge loss is the paper's; the length, 10,000 steps, is our own. "
        f"{OLD_OPTIMISER_ARGUMENTS}"
    )
    Config = SnganConfig


RECIPE = Sngan()
