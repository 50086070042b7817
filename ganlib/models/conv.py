"""Convolutional networks for 28 x 28 images that several recipes train."""

import keras
from keras import layers


def transposed_generator(momentum: float) -> keras.Sequential:
    """Transposed convolutions: (B, latent) -> (B, 28, 28, 1) in [-1, 1].

    Args:
        momentum: of the batch normalisations' moving averages.
    """

    def doubled(filters: int) -> list[layers.Layer]:
        return [
            layers.Conv2DTranspose(filters, 4, strides=2, padding="same"),
            layers.BatchNormalization(momentum=momentum),
            layers.LeakyReLU(0.2),
        ]

    return keras.Sequential(
        [
            layers.Dense(7 * 7 * 128, activation="relu"),
            layers.Reshape((7, 7, 128)),
            *doubled(128),
            *doubled(64),
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
