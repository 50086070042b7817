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
        "As printed, both networks learn with RMSprop, with which, as the book's notebook says, "
        "the discriminator nearly always fails to train on a CPU; its cure is Adam for the "
        "discriminator. With that, the discriminator runs away from the generator instead. "
        "Corrected, both networks learn with Adam, with less memory, and the discriminator at a "
        "quarter of the speed and with labels of 0.9.",
        group="Run",
    )
    steps: int = inherit(RunConfig, "steps", 2_000)
    categories: tuple[str, ...] = knob(
        ("apple",),
        "What the drawings are of: one or several.",
        group="Data",
        choices=category_names,
    )
    max_drawings: int = knob(
        20_000,
        "The first so many drawings of each category are used, and fetched where needed.",
        group="Data",
        ge=100,
        le=400_000,
    )
    own_file: str = knob(
        "",
        "A .npy file of your own drawings in place of the categories: uint8 of (N, 784) or "
        "(N, 28, 28), strokes bright on black. Empty for none.",
        group="Data",
    )
    own_digest: str = knob(
        "",
        "A digest of that file's content. Filled in by itself, so that a run knows its data again.",
        group="Data",
    )
    latent_size: int = knob(
        32,
        "Numbers of U(-1, 1) noise that one drawing grows from.",
        group="Networks",
        ge=1,
        le=1_024,
    )
    dropout: float = knob(
        0.4,
        "Share of activations left out at random in both networks, against memorising.",
        group="Networks",
        ge=0,
        lt=1,
    )
    normalisation_momentum: float = knob(
        0.9,
        "How slowly batch normalisation's moving averages follow the batches.",
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
        """Names it for any working folder, and by what it holds now.

        Settings that have done so before are taken at their word, and what cannot be read is
        told of by whoever reads it: a run can be looked at when its file has gone.
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
                    "own_digest is filled in by itself and must be left empty. "
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
    summary = "A convolutional GAN draws apples, or any other of 345 things people drew."
    notes = (
        "The networks are the book's, with their 4,311,553 and 183,713 parameters. It trains "
        "both with RMSprop (the preset *as printed*) and says in its notebook that on a CPU the "
        "discriminator then nearly always fails to learn; the cure it gives there is Adam for the "
        "discriminator, while the generator keeps RMSprop (*as printed, Adam*). With "
        "that the discriminator runs away from the generator: from the fourth step on it is right "
        "about 95 % of all drawings or more (seed 0, as far as step 30). (Where the discriminator "
        "does learn, as here, RMSprop draws too: rough apples after 300 steps.) Corrected, both "
        "networks learn with `optimiser` adam and `beta_1` 0.5 in place of Keras' 0.9, the "
        "discriminator with `discriminator_learning_rate` 0.0002 in place of 0.0008, and with "
        "`label_smoothing` 0.1, so that real drawings are labelled 0.9. The other numbers are the "
        "book's. The book's `lr=` is called `learning_rate` in today's Keras, and its `decay=` "
        "(6e-8 and 3e-8) is gone; over 2,000 steps it would change the learning rates by a "
        "hundredth of a percent, so it is left out. By default the first 20,000 drawings of each "
        "category are used (`max_drawings` says how many). The book's adversarial model shares its "
        "compiled discriminator, which on today's Keras never learns; here each network learns "
        "through its own list of variables."
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
        from ganlib.models.conv import narrowing_generator

        return narrowing_generator(config.dropout, config.normalisation_momentum)

    def discriminator(self, config: QuickDrawConfig) -> "keras.Model":
        from ganlib.models.conv import wide_discriminator

        return wide_discriminator(config.dropout)


RECIPE = QuickDrawConv()
