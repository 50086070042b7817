"""Multiplications, counted by hand."""

import keras
from keras import layers

from ganlib.fast.structure import multiply_adds
from ganlib.models.clone_seeded import clone_seeded
from ganlib.models.conv import strided_discriminator
from ganlib.models.minibatch import with_minibatch_discrimination
from ganlib.models.progressive import growing_discriminator, growing_generator
from ganlib.models.spectral import spectrally_normalised


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


def test_normalised_layers_count_like_others() -> None:
    models = [strided_discriminator(), spectrally_normalised(strided_discriminator())]
    # 14 x 14 places of 4 x 4 inputs into 64 channels, then 7 x 7 of 4 x 4 x 64 into 128.
    convolutions = 14 * 14 * 16 * 64 + 7 * 7 * 16 * 64 * 128
    for model in models:
        built = clone_seeded(model, (28, 28, 1), 0, "float32")
        assert multiply_adds(built) == convolutions + 7 * 7 * 128


def test_minibatch_discrimination_counts_with_its_features() -> None:
    model = keras.Sequential([layers.Dense(5), layers.Dense(1)])
    built = clone_seeded(with_minibatch_discrimination(model, 4, 3), (2,), 0, "float32")
    assert multiply_adds(built) == 2 * 5 + 5 * 4 * 3 + (5 + 4) * 1


def test_layers_inside_of_layers_count() -> None:
    made = clone_seeded(growing_generator(6), (5,), 0, "float32")
    judged = clone_seeded(growing_discriminator(6), (32, 32, 1), 0, "float32")
    # Between 4 and 8, 8 and 16, 16 and 32 pixels, at the smaller side's places.
    halvings = (4 * 4 + 8 * 8 + 16 * 16) * 16 * 6 * 6
    places = 4 * 4 + 8 * 8 + 16 * 16 + 32 * 32
    assert multiply_adds(made) == 5 * 96 + halvings + places * 9 * 6
    assert multiply_adds(judged) == places * 6 + halvings + 96
