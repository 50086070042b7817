"""Multiplications, counted by hand."""

import keras
from keras import layers

from ganlib.models.structure import multiply_adds


def test_dense_layers() -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(5), layers.ReLU(), layers.Dense(2)])
    assert multiply_adds(model) == 3 * 5 + 5 * 2


def test_convolutions_multiply_at_every_place() -> None:
    model = keras.Sequential(
        [
            keras.Input((8, 6, 2)),
            # 4 x 3 places of output, each 9 x 2 inputs into 5 channels.
            layers.Conv2D(5, 3, strides=2, padding="same"),
            layers.BatchNormalization(),
            # Every one of 4 x 3 places of input goes into 16 x 7 outputs.
            layers.Conv2DTranspose(7, 4, strides=2, padding="same"),
        ]
    )
    assert multiply_adds(model) == 4 * 3 * 9 * 2 * 5 + 4 * 3 * 16 * 5 * 7
