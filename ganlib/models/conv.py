"""Convolutional networks for 28 x 28 images."""

import keras
from keras import layers


def upsampling_generator(momentum: float) -> keras.Sequential:
    """Upsamples, then convolves: (B, latent) -> (B, 28, 28, 1) in [-1, 1].

    Args:
        momentum: of the batch normalisations' moving averages.
    """
    return keras.Sequential(
        [
            layers.Dense(7 * 7 * 128, activation="relu"),
            layers.Reshape((7, 7, 128)),
            *_upsample(128, momentum),
            *_upsample(64, momentum),
            layers.Conv2D(1, 3, padding="same", activation="tanh"),
        ]
    )


def regularised_discriminator(dropout: float, momentum: float) -> keras.Sequential:
    """Four convolutions with dropout and batch normalisation: (B, 28, 28, 1) -> (B, 1) logits.

    Args:
        dropout: share of activations left out after each convolution.
        momentum: of the batch normalisations' moving averages.
    """
    return keras.Sequential(
        [
            layers.Conv2D(32, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Dropout(dropout),
            layers.Conv2D(64, 3, strides=2, padding="same"),
            layers.ZeroPadding2D(((0, 1), (0, 1))),
            *_normalised(dropout, momentum),
            layers.Conv2D(128, 3, strides=2, padding="same"),
            *_normalised(dropout, momentum),
            layers.Conv2D(256, 3, strides=1, padding="same"),
            *_normalised(dropout, momentum),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


def transposed_generator(momentum: float) -> keras.Sequential:
    """Transposed convolutions: (B, latent) -> (B, 28, 28, 1) in [-1, 1].

    Args:
        momentum: of the batch normalisations' moving averages.
    """
    return keras.Sequential(
        [
            layers.Dense(7 * 7 * 128, activation="relu"),
            layers.Reshape((7, 7, 128)),
            *_transpose(128, momentum),
            *_transpose(64, momentum),
            layers.Conv2DTranspose(1, 4, padding="same", activation="tanh"),
        ]
    )


def strided_discriminator() -> keras.Sequential:
    """Two strided convolutions: (B, 28, 28, 1) -> (B, 1), unbounded."""
    return keras.Sequential(
        [
            layers.Conv2D(64, 4, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(128, 4, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


def narrowing_generator(dropout: float, momentum: float) -> keras.Sequential:
    """Halves the channels from 64 to 8 while it grows: (B, latent) -> (B, 28, 28, 1) in [0, 1].

    The book upsamples and then applies a transposed convolution of stride 1, which is a
    convolution with its kernel mirrored.

    Args:
        dropout: share of the first layer's activations that is left out.
        momentum: of the batch normalisations' moving averages.
    Source: Krohn et al. 2019, Deep Learning Illustrated, chapter 12.
    """
    return keras.Sequential(
        [
            layers.Dense(7 * 7 * 64),
            # Before the reshape, so that each of the 3,136 features has its own mean.
            layers.BatchNormalization(momentum=momentum),
            layers.ReLU(),
            layers.Reshape((7, 7, 64)),
            layers.Dropout(dropout),
            layers.UpSampling2D(),
            *_smooth(layers.Conv2D(32, 5, padding="same"), momentum),
            layers.UpSampling2D(),
            *_smooth(layers.Conv2D(16, 5, padding="same"), momentum),
            *_smooth(layers.Conv2DTranspose(8, 5, padding="same"), momentum),
            layers.Conv2D(1, 5, padding="same", activation="sigmoid"),
        ]
    )


def wide_discriminator(dropout: float) -> keras.Sequential:
    """Four convolutions of 64 to 512 channels: (B, 28, 28, 1) -> (B, 1) logits.

    Args:
        dropout: share of activations left out after each convolution.
    Source: Krohn et al. 2019, Deep Learning Illustrated, chapter 12.

    Example:
        >>> wide_discriminator(0.4)(keras.ops.zeros((2, 28, 28, 1))).shape.as_list()
        [2, 1]
    """
    stack: list[layers.Layer] = []
    for filters, strides in ((64, 2), (128, 2), (256, 2), (512, 1)):
        stack += [
            layers.Conv2D(filters, 5, strides=strides, padding="same", activation="relu"),
            layers.Dropout(dropout),
        ]
    return keras.Sequential([*stack, layers.Flatten(), layers.Dense(1)])


def _smooth(convolution: layers.Layer, momentum: float) -> list[layers.Layer]:
    return [convolution, layers.BatchNormalization(momentum=momentum), layers.ReLU()]


def _upsample(filters: int, momentum: float) -> list[layers.Layer]:
    return [
        layers.UpSampling2D(),
        layers.Conv2D(filters, 3, padding="same"),
        layers.BatchNormalization(momentum=momentum),
        layers.ReLU(),
    ]


def _transpose(filters: int, momentum: float) -> list[layers.Layer]:
    return [
        layers.Conv2DTranspose(filters, 4, strides=2, padding="same"),
        layers.BatchNormalization(momentum=momentum),
        layers.LeakyReLU(0.2),
    ]


def _normalised(dropout: float, momentum: float) -> list[layers.Layer]:
    return [
        layers.BatchNormalization(momentum=momentum),
        layers.LeakyReLU(0.2),
        layers.Dropout(dropout),
    ]
