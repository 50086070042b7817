"""A GAN of dense layers on clothes, after Hands-On Machine Learning."""

from typing import TYPE_CHECKING, ClassVar, Literal

from ganlib.config import GradientPenalty, Loss, RunConfig
from ganlib.data.base import Scaling
from ganlib.knobs import inherit, knob
from ganlib.recipes.base import Source
from ganlib.recipes.image import SHAPE, SmallImageConfig, SmallImageRecipe

if TYPE_CHECKING:
    import keras


class FashionDenseConfig(SmallImageConfig):
    """Knobs of `fashion/dense`."""

    presets: ClassVar[dict[str, dict[str, object]]] = {
        "corrected": {},
        "as printed": {
            "loss": "non_saturating",
            "gradient_penalty": "none",
            "average_decay": 0.0,
            "optimiser": "rmsprop",
            "generator_learning_rate": 1e-3,
            "discriminator_learning_rate": 1e-3,
        },
    }

    preset: Literal["corrected", "as printed"] = knob(
        "corrected",
        "As printed, both networks minimise the cross-entropy with RMSprop: images are speckled, "
        "and shoes and bags are missing. Corrected, the same networks use a relativistic loss and "
        "penalties on the discriminator's slope.",
        group="Run",
    )
    # As many images as 50 epochs of 60,000.
    steps: int = inherit(RunConfig, "steps", 93_750)
    batch_size: int = inherit(RunConfig, "batch_size", 32)
    sample_every: int = inherit(RunConfig, "sample_every", 1_875)
    dataset: str = inherit(SmallImageConfig, "dataset", "fashion_mnist")
    latent_size: int = inherit(SmallImageConfig, "latent_size", 30)
    loss: Loss = inherit(RunConfig, "loss", "relativistic")
    gradient_penalty: GradientPenalty = inherit(RunConfig, "gradient_penalty", "r1_r2")
    gradient_penalty_weight: float = inherit(RunConfig, "gradient_penalty_weight", 1.0)
    average_decay: float = inherit(RunConfig, "average_decay", 0.9995)
    beta_1: float = inherit(RunConfig, "beta_1", 0.0)
    generator_learning_rate: float = inherit(RunConfig, "generator_learning_rate", 3e-4)
    discriminator_learning_rate: float = inherit(RunConfig, "discriminator_learning_rate", 3e-4)


class FashionDense(SmallImageRecipe[FashionDenseConfig]):
    """Two small dense networks; hundreds of steps a second."""

    name = "fashion/dense"
    title = "Dense GAN"
    page = "mnist"
    order = 3
    dataset = "Fashion-MNIST"
    source = Source(
        "Hands-On Machine Learning, 2nd edition, chapter 17", values="the corrected values"
    )
    summary = "Two small dense networks learn to generate images of clothes in minutes."
    notes = (
        "The book trains for 50 epochs in batches of 32, and each epoch goes through all images "
        "once, in a shuffled order. Here, as in every recipe of images, each batch is drawn at "
        "random from all images, with replacement. So 93,750 steps show as many images as 50 "
        "epochs of 60,000, but each image appears 50 times only on average (19 in 20 appear 37 "
        "to 64 times), and 1,875 steps, the length of an epoch, leave 37 % of the images out. "
        "With the bundled 5,000 images each appears 600 times. The book's loop sets "
        "`discriminator.trainable` between the two phases of every batch. In today's Keras this "
        "has no effect on a compiled model, so the discriminator would keep its initial weights; "
        "here each network is trained through its own list of variables. The book warns that this "
        "GAN improves little after the first epoch. As printed, cross-entropy with RMSprop at "
        "0.001 for both networks, it generates no shoes or bags at all (mode collapse), and the "
        "rest is speckled. Corrected, the same networks generate all ten classes, with `loss` "
        "relativistic, which compares each real image with a generated one, penalties on the "
        "discriminator's slope (`gradient_penalty` r1_r2 with `gradient_penalty_weight` 1, arXiv "
        "2501.05441), `optimiser` adam with `beta_1` 0 (no momentum), `generator_learning_rate` "
        "0.0003 and `discriminator_learning_rate` 0.0003, and samples from a long running average "
        "of the generator (`average_decay` 0.9995). The average smooths the speckle, which comes "
        "and goes while the two networks oscillate. With learning rates that fall to zero there "
        "would be nothing to average, and the speckle of the last steps would stay. The other "
        "numbers are the book's."
    )
    sample_count = 36
    Config = FashionDenseConfig

    def scaling(self, config: FashionDenseConfig) -> Scaling:
        return Scaling(factor=255.0)

    def generator(self, config: FashionDenseConfig) -> "keras.Model":
        from ganlib.models.dense import dense_generator

        return dense_generator([100, 150], SHAPE, activation="selu", output_activation="sigmoid")

    def discriminator(self, config: FashionDenseConfig) -> "keras.Model":
        from ganlib.models.dense import dense_discriminator

        return dense_discriminator([150, 100], activation="selu")


RECIPE = FashionDense()
