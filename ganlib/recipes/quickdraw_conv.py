"""A convolutional GAN on hand-made drawings, after Deep Learning Illustrated."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import model_validator

from ganlib.config import RunConfig
from ganlib.data.base import Scaling
from ganlib.data.dataset import Dataset
from ganlib.data.digest import DIGEST, file_digest
from ganlib.data.quickdraw import QuickDraw, category_names, own_drawings
from ganlib.errors import DataError, quote
from ganlib.knobs import inherit, knob
from ganlib.recipes.base import Latent, Source
from ganlib.recipes.image import ImageRecipe

if TYPE_CHECKING:
    import keras


class QuickDrawConfig(RunConfig):
    """Knobs of `quickdraw/conv`."""

    presets: ClassVar[dict[str, dict[str, object]]] = {
        "corrected": {},
        "as printed": {
            "optimiser": "rmsprop",
            "discriminator_learning_rate": 8e-4,
            "label_smoothing": 0.0,
        },
        # The notebook gives Adam to the discriminator alone.
        "as printed, Adam": {
            "optimiser": "adam",
            "generator_optimiser": "rmsprop",
            "beta_1": 0.9,
            "discriminator_learning_rate": 8e-4,
            "label_smoothing": 0.0,
        },
    }

    preset: Literal["corrected", "as printed", "as printed, Adam"] = knob(
        "corrected",
        "As printed, both networks use RMSprop; the book's notebook says that on a CPU the "
        "discriminator then nearly always fails to train, and recommends Adam for the "
        "discriminator. With that, the discriminator becomes far too strong. Corrected, both "
        "networks use Adam with less momentum; the discriminator's learning rate is a quarter of "
        "the book's, and its labels of real drawings are 0.9.",
        group="Run",
    )
    steps: int = inherit(RunConfig, "steps", 2_000)
    categories: tuple[str, ...] = knob(
        ("apple",),
        "Categories of the drawings, one or several.",
        group="Data",
        choices=category_names,
    )
    max_drawings: int = knob(
        20_000,
        "How many drawings of each category to use, from the first on; downloaded if needed.",
        group="Data",
        ge=100,
        le=400_000,
    )
    own_file: str = knob(
        "",
        "A .npy file of your own drawings to use instead of the categories: uint8 of shape (N, "
        "784) or (N, 28, 28), bright strokes on black. Empty for none.",
        group="Data",
    )
    own_digest: str = knob(
        "",
        "Digest of that file's content, by which a run recognises its data. Set automatically.",
        group="Data",
    )
    latent_size: int = knob(
        32,
        "Length of the latent vector: numbers from U(-1, 1) from which one drawing is generated.",
        group="Networks",
        ge=1,
        le=1_024,
    )
    dropout: float = knob(
        0.4,
        "Dropout rate of both networks.",
        group="Networks",
        ge=0,
        lt=1,
    )
    normalisation_momentum: float = knob(
        0.9,
        "Momentum of batch normalisation's moving averages: the closer to 1, the slower they "
        "change.",
        group="Networks",
        ge=0,
        lt=1,
    )
    gradient_clip: float = inherit(RunConfig, "gradient_clip", 1.0)
    generator_learning_rate: float = inherit(RunConfig, "generator_learning_rate", 4e-4)
    label_smoothing: float = inherit(RunConfig, "label_smoothing", 0.1)

    @model_validator(mode="before")
    @classmethod
    def _look_at_the_file(cls, values: Any) -> Any:
        """Makes the path absolute and records a digest of the file.

        Settings with a digest are not checked again, and a file that cannot be read is an error
        only where it is read, so that a run can be viewed after its file is gone.
        """
        if not isinstance(values, Mapping):
            return values
        file, digest = (values.get(f"own_{name}", "") for name in ("file", "digest"))
        if not (isinstance(file, str) and isinstance(digest, str)):
            return values
        if not file:
            return {**values, "own_digest": ""}
        if digest:
            if not DIGEST.fullmatch(digest):
                raise ValueError(
                    "own_digest is filled in automatically and must be left empty. "
                    f"Received: {quote(digest)}."
                )
            return values
        try:
            path = own_drawings(file).path
            return {**values, "own_file": str(path.absolute()), "own_digest": file_digest(path)}
        except DataError:
            return values


class QuickDrawConv(ImageRecipe[QuickDrawConfig]):
    """Learns to draw like people did in twenty seconds."""

    name = "quickdraw/conv"
    title = "Drawings"
    page = "quickdraw"
    order = 1
    dataset = "Quick, Draw!"
    source = Source("Deep Learning Illustrated, chapter 12", values="the corrected values")
    summary = "A convolutional GAN generates apples, or any of 344 other things that people drew."
    notes = (
        "The networks are the book's: the discriminator has 4,311,553 parameters, the generator "
        "183,713. The book trains both with RMSprop (the preset *as printed*) and says in its "
        "notebook that on a CPU the discriminator then nearly always fails to learn; the remedy "
        "it gives is Adam for the discriminator, while the generator keeps RMSprop (*as printed, "
        "Adam*). With that the discriminator becomes far too strong: from the fourth step on it "
        "classifies about 95 % or more of all drawings correctly (seed 0, the first 30 steps). "
        "(Here the discriminator does learn with RMSprop, and the GAN generates rough apples "
        "after 300 steps.) Corrected, both networks use `optimiser` adam and `beta_1` 0.5 instead "
        "of Keras' 0.9, the discriminator `discriminator_learning_rate` 0.0002 instead of 0.0008, "
        "and `label_smoothing` 0.1, so that real drawings are labelled 0.9. The other numbers are "
        "the book's. The book's `lr=` is called `learning_rate` in today's Keras, and its "
        "`decay=` (6e-8 and 3e-8) no longer exists; over 2,000 steps it would change the learning "
        "rates by a hundredth of a percent, so it is left out. By default the first 20,000 "
        "drawings of each category are used (`max_drawings`). The book's adversarial model shares "
        "its compiled discriminator, which in today's Keras never learns; here each network is "
        "trained through its own list of variables."
    )
    Config = QuickDrawConfig

    def images(self, config: QuickDrawConfig) -> Dataset:
        return QuickDraw(
            categories=config.categories,
            max_drawings=config.max_drawings,
            own_file=config.own_file,
            own_digest=config.own_digest,
        )

    def scaling(self, config: QuickDrawConfig) -> Scaling:
        return Scaling(factor=255.0)

    def latent(self, config: QuickDrawConfig) -> Latent:
        return Latent(config.latent_size, "uniform")

    def generator(self, config: QuickDrawConfig) -> "keras.Model":
        """Narrows from 64 channels to 8: (B, latent) -> (B, 28, 28, 1) in [0, 1].

        The book upsamples and then applies a transposed convolution of stride 1, which is a
        convolution with its kernel mirrored.
        """
        from keras import Sequential, layers

        def normalised(layer: layers.Layer) -> list[layers.Layer]:
            normalisation = layers.BatchNormalization(momentum=config.normalisation_momentum)
            return [layer, normalisation, layers.ReLU()]

        return Sequential(
            [
                # Before the reshape, so that each of the 3,136 features has its own mean.
                *normalised(layers.Dense(7 * 7 * 64)),
                layers.Reshape((7, 7, 64)),
                layers.Dropout(config.dropout),
                layers.UpSampling2D(),
                *normalised(layers.Conv2D(32, 5, padding="same")),
                layers.UpSampling2D(),
                *normalised(layers.Conv2D(16, 5, padding="same")),
                *normalised(layers.Conv2DTranspose(8, 5, padding="same")),
                layers.Conv2D(1, 5, padding="same", activation="sigmoid"),
            ]
        )

    def discriminator(self, config: QuickDrawConfig) -> "keras.Model":
        """Widens from 64 channels to 512: (B, 28, 28, 1) -> (B, 1) logits."""
        from keras import Sequential, layers

        stack: list[layers.Layer] = []
        for filters, strides in ((64, 2), (128, 2), (256, 2), (512, 1)):
            stack += [
                layers.Conv2D(filters, 5, strides=strides, padding="same", activation="relu"),
                layers.Dropout(config.dropout),
            ]
        return Sequential([*stack, layers.Flatten(), layers.Dense(1)])


RECIPE = QuickDrawConv()
