"""Networks that grow along a run, from 4 x 4 to 32 x 32 pixels.

Their interface never changes: images are always 32 x 32. A weight named `growth` says how
far they are: at 2 they work on level 2, 16 x 16 pixels; at 1.3 level 2 is being faded in
and has a share of 0.3 beside level 1. Only the layers of these two levels are computed.

Source: Karras et al. 2018, arXiv 1710.10196, section 2 and figure 2.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import keras
import tensorflow as tf
from keras import layers

# Pixels along a side, level by level.
SIZES = (4, 8, 16, 32)
_TOP = len(SIZES) - 1
SLOPE = 0.2


class _Growing(layers.Layer):
    """What both networks share: layers of every level, and where growing stands.

    Args:
        images: one a level, coarse to fine, between images and features; one more than blocks.
        blocks: one a step between two levels, coarse to fine, from features to features.
        trainable: as of any layer.
        dtype: as of any layer; `growth` is float32 under mixed precision.
        name: as of any layer.
    """

    def __init__(
        self,
        images: Sequence[layers.Layer],
        blocks: Sequence[layers.Layer],
        *,
        trainable: bool = True,
        dtype: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable=trainable, dtype=dtype, name=name)
        self.images = list(images)
        self.blocks = list(blocks)
        self.level: int | None = None

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.growth = self.add_weight(
            name="growth",
            shape=(),
            initializer="zeros",
            dtype="float32",
            trainable=False,
            autocast=False,
        )

    def at_growth(self, level: Callable[..., tf.Tensor], inputs: tf.Tensor) -> tf.Tensor:
        """Computes `level(number, inputs, share)`, only for the level that growth has reached.

        The share is the level's beside the one below: above 0, and 1 where growth is a whole
        number.
        """
        growth = tf.convert_to_tensor(self.growth)
        reached = tf.math.ceil(growth)
        share = tf.cast(growth - reached + 1, inputs.dtype)
        if self.level is not None:
            return level(self.level, inputs, share)
        branches = [partial(level, number, inputs, share) for number in range(len(self.images))]
        return tf.switch_case(tf.cast(reached, tf.int32), branches)

    def get_config(self) -> dict[str, Any]:
        parts = {"images": self.images, "blocks": self.blocks}
        serialised = {
            name: [keras.saving.serialize_keras_object(layer) for layer in part]
            for name, part in parts.items()
        }
        return {**super().get_config(), **serialised}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "_Growing":
        parts = {
            name: [keras.saving.deserialize_keras_object(layer) for layer in config[name]]
            for name in ("images", "blocks")
        }
        layer: _Growing = super().from_config({**config, **parts})
        return layer


@keras.saving.register_keras_serializable(package="ganlib")
class GrowingImages(_Growing):
    """End of a generator: features (B, 4, 4, n) -> images (B, 32, 32, channels).

    Images of a level below the last are enlarged to full size, pixel by pixel.

    Args: `images` turn a level's features into its images, `blocks` double the features.
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.images[0].build(input_shape)
        for block, image in zip(self.blocks, self.images[1:], strict=True):
            block.build(input_shape)
            input_shape = block.compute_output_shape(input_shape)
            image.build(input_shape)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return self.at_growth(self._level, inputs)

    def _level(self, level: int, features: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
        below = features
        for block in self.blocks[:level]:
            below, features = features, tf.nn.leaky_relu(block(features), SLOPE)
        image = self.images[level](features)
        if level:
            image = _blend(_enlarge(self.images[level - 1](below), 2), image, share)
        return _enlarge(image, 2 ** (len(self.blocks) - level))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, height, width, _ = input_shape
        factor = 2 ** len(self.blocks)
        return batch, factor * (height or 0), factor * (width or 0), self.images[-1].filters


@keras.saving.register_keras_serializable(package="ganlib")
class GrowingFeatures(_Growing):
    """Start of a discriminator: images (B, 32, 32, channels) -> features (B, 4, 4, n).

    Images are reduced to the level's size by means over squares, which undoes the
    generator's enlargement.

    Args: `images` turn a level's images into its features, `blocks` halve the features.
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        batch, height, width, channels = input_shape
        for level, image in enumerate(self.images):
            factor = 2 ** (len(self.blocks) - level)
            shape = (batch, (height or 0) // factor, (width or 0) // factor, channels)
            image.build(shape)
            if level:
                self.blocks[level - 1].build(image.compute_output_shape(shape))

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return self.at_growth(self._level, inputs)

    def _level(self, level: int, images: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
        images = _reduce(images, 2 ** (len(self.blocks) - level))
        features = tf.nn.leaky_relu(self.images[level](images), SLOPE)
        if level == 0:
            return features
        features = tf.nn.leaky_relu(self.blocks[level - 1](features), SLOPE)
        below = tf.nn.leaky_relu(self.images[level - 1](_reduce(images, 2)), SLOPE)
        features = _blend(below, features, share)
        for block in reversed(self.blocks[: level - 1]):
            features = tf.nn.leaky_relu(block(features), SLOPE)
        return features

    def fade(self, level: int, images: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
        """See `fade_images`."""
        if level == 0:
            return images
        factor = 2 ** (len(self.blocks) - level)
        reduced = _reduce(images, factor)
        return _enlarge(_blend(_enlarge(_reduce(reduced, 2), 2), reduced, share), factor)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, height, width, _ = input_shape
        factor = 2 ** len(self.blocks)
        filters = self.images[0].filters
        return batch, (height or 0) // factor, (width or 0) // factor, filters


def growing_generator(filters: int = 128) -> keras.Sequential:
    """Grows by transposed convolutions: (B, latent) -> (B, 32, 32, 1) in [-1, 1].

    Args:
        filters: channels of the features, at every level.
    """
    images = [
        layers.Conv2D(1, 3, padding="same", activation="tanh", name=f"to_image_{size}")
        for size in SIZES
    ]
    blocks = [
        layers.Conv2DTranspose(filters, 4, strides=2, padding="same", name=f"double_to_{size}")
        for size in SIZES[1:]
    ]
    return keras.Sequential(
        [
            layers.Dense(SIZES[0] * SIZES[0] * filters),
            layers.LeakyReLU(SLOPE),
            layers.Reshape((SIZES[0], SIZES[0], filters)),
            GrowingImages(images, blocks),
        ]
    )


def growing_discriminator(filters: int = 128) -> keras.Sequential:
    """Shrinks by strided convolutions: (B, 32, 32, 1) -> (B, 1) logits.

    Args:
        filters: channels of the features, at every level.
    """
    images = [layers.Conv2D(filters, 1, name=f"from_image_{size}") for size in SIZES]
    blocks = [
        layers.Conv2D(filters, 4, strides=2, padding="same", name=f"halve_from_{size}")
        for size in SIZES[1:]
    ]
    return keras.Sequential([GrowingFeatures(images, blocks), layers.Flatten(), layers.Dense(1)])


def fade_images(discriminator: keras.Sequential, images: tf.Tensor) -> tf.Tensor:
    """Blends images as the generator blends its own while a level is being faded in.

    Args:
        discriminator: of this module; its growth says which level is faded in, and how far.
        images: (B, 32, 32, channels).
    Returns:
        Same shape. While level L has the share s: (1 - s) times the images reduced to the pixels
        of level L - 1, plus s times the images reduced to those of level L, both enlarged to full
        size. At level 0, below which there is nothing to fade from, the images themselves: the
        discriminator reduces them to its level anyway.
    Source: Karras et al. 2018, arXiv 1710.10196, caption of figure 2.
    """
    layer: GrowingFeatures = _growing(discriminator)
    return layer.at_growth(layer.fade, images)


def set_growth(model: keras.Sequential, growth: tf.Tensor | float) -> None:
    """Says how far a network has grown; also inside a compiled function.

    Args:
        model: a generator or discriminator of this module.
        growth: scalar from 0; from 3 on, both are fully grown.
    """
    _growing(model).growth.assign(tf.minimum(tf.cast(growth, tf.float32), float(_TOP)))


@contextmanager
def at_level(model: keras.Sequential, level: int) -> Iterator[None]:
    """Within the block, what is compiled of a network is that level alone.

    Where any level may be met, the gradients of a step take many times as long to compile.

    Args:
        model: a generator or discriminator of this module.
        level: that its growth has reached, whenever what is compiled here will run.
    """
    layer = _growing(model)
    layer.level = level
    try:
        yield
    finally:
        layer.level = None


def _growing(model: keras.Sequential) -> Any:
    return next(layer for layer in model.layers if isinstance(layer, _Growing))


def _blend(below: tf.Tensor, level: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    return (1 - share) * below + share * level


def _enlarge(images: tf.Tensor, factor: int) -> tf.Tensor:
    return tf.repeat(tf.repeat(images, factor, axis=1), factor, axis=2)


def _reduce(images: tf.Tensor, factor: int) -> tf.Tensor:
    return tf.nn.avg_pool2d(images, factor, factor, "VALID")
