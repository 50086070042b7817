"""Trains the classifier whose features `ganlib.metrics.image_features` scores images by.

Fifty classes: the digits of MNIST, the garments of Fashion-MNIST and the 30 categories of Quick,
Draw! that ship with the project. Writes its weights, with batch normalisation folded in, as
float16, and prints how often it is right on real images that it has not learned from. One seed, one
thread: the same data give the same weights on the same machine. About five minutes on one core.

GANLIB_DATA=FOLDER python -m tests.bench.train_features --to ganlib/metrics/image_features.npz

The folder holds `mnist.npz` and `fashion_mnist.npz` with their test images, as Keras publishes
them, and as many `quickdraw/<category>.npy` as one likes.
"""

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

from ganlib.data.augment import augmented
from ganlib.data.categories import bundled_drawings
from ganlib.metrics.image_features import FEATURES, STRIDES, Weights, image_features

_SEED = 0
# (side of the kernel, channels) of each convolution.
_CONVOLUTIONS = ((5, 16), (3, 32), (3, 48), (3, 48))
# Of every bundled category and of every file of published drawings.
_HELD_OUT_BUNDLED, _HELD_OUT_PUBLISHED = 20, 500
# Variations of the drawings of a category.
_TO_LEARN, _TO_TEST = 1_000, 100
_SHIFT = 2


@dataclass(frozen=True)
class Labelled:
    """Images and what they show.

    Args:
        images: (n, 28, 28) uint8.
        labels: (n,) int64.
    """

    images: np.ndarray
    labels: np.ndarray


def published(folder: Path, name: str, first: int) -> tuple[Labelled, Labelled]:
    """Training and test images of a file as Keras publishes it; its class 0 gets label `first`."""
    with np.load(folder / name, allow_pickle=False) as arrays:
        learned, held_out = (
            Labelled(arrays[f"x_{part}"], arrays[f"y_{part}"].astype(np.int64) + first)
            for part in ("train", "test")
        )
    return learned, held_out


def drawings(folder: Path, first: int) -> tuple[Labelled, Labelled]:
    """Drawings of the bundled categories to learn and to test, varied as in a run."""
    parts: tuple[list[Labelled], list[Labelled]] = ([], [])
    for label, (category, raw) in enumerate(bundled_drawings().items(), first):
        sources = [
            augmented(raw[:-_HELD_OUT_BUNDLED], _TO_LEARN),
            augmented(raw[-_HELD_OUT_BUNDLED:], _TO_TEST),
        ]
        path = folder / "quickdraw" / f"{category}.npy"
        if path.exists():
            official = np.load(path, allow_pickle=False).reshape(-1, 28, 28)
            sources[0] = np.concatenate([sources[0], official[:-_HELD_OUT_PUBLISHED]])
            sources[1] = np.concatenate([sources[1], official[-_HELD_OUT_PUBLISHED:]])
        for part, images in zip(parts, sources, strict=True):
            part.append(Labelled(images, np.full(len(images), label)))
    learned, held_out = (
        Labelled(
            np.concatenate([one.images for one in part]),
            np.concatenate([one.labels for one in part]),
        )
        for part in parts
    )
    return learned, held_out


def batches(parts: list[Labelled], size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Endless batches of `size` of every part, each image shifted by up to two pixels.

    Yields:
        (size * parts, 28, 28, 1) float32 from 0 to 1, and their labels.
    """
    rng = np.random.default_rng(_SEED)
    count = size * len(parts)
    while True:
        rows = [rng.integers(len(part.labels), size=size) for part in parts]
        images = np.concatenate([part.images[row] for part, row in zip(parts, rows, strict=True)])
        labels = np.concatenate([part.labels[row] for part, row in zip(parts, rows, strict=True)])
        padded = np.pad(images, ((0, 0), (_SHIFT, _SHIFT), (_SHIFT, _SHIFT)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (28, 28), axis=(1, 2))
        at = rng.integers(2 * _SHIFT + 1, size=(2, count))
        shifted = windows[np.arange(count), at[0], at[1]]
        yield shifted[..., np.newaxis].astype(np.float32) / 255, labels


def classifier(classes: int) -> keras.Model:
    """(B, 28, 28, 1) from 0 to 1 -> (B, classes) logits."""
    layers: list[keras.layers.Layer] = [keras.Input((28, 28, 1))]
    for (side, channels), stride in zip(_CONVOLUTIONS, STRIDES, strict=True):
        layers += [
            keras.layers.Conv2D(channels, side, stride, padding="same", use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
        ]
    layers += [
        keras.layers.Flatten(),
        keras.layers.Dense(FEATURES, use_bias=False),
        keras.layers.BatchNormalization(scale=False),
        keras.layers.ReLU(),
        keras.layers.Dropout(0.2, seed=_SEED),
        keras.layers.Dense(classes),
    ]
    return keras.Sequential(layers)


def trained(parts: list[Labelled], classes: int, steps: int) -> keras.Model:
    """The classifier after so many steps."""
    keras.utils.set_random_seed(_SEED)
    model = classifier(classes)
    rate = keras.optimizers.schedules.CosineDecay(3e-3, steps)
    model.compile(
        keras.optimizers.AdamW(rate, weight_decay=1e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(batches(parts, 43), steps_per_epoch=steps // 10, epochs=10, shuffle=False, verbose=2)
    return model


def folded(model: keras.Model) -> Weights:
    """Kernels and biases of everything before the logits, without batch normalisation."""
    kernels, biases = [], []
    for layer, after in zip(model.layers, model.layers[1:], strict=False):
        if isinstance(after, keras.layers.BatchNormalization):
            scale = 1 / np.sqrt(after.moving_variance.numpy() + after.epsilon)
            if after.scale:
                scale = scale * after.gamma.numpy()
            kernels.append(layer.kernel.numpy() * scale)
            biases.append(after.beta.numpy() - after.moving_mean.numpy() * scale)
    return Weights(tuple(kernels), tuple(biases))


def write(weights: Weights, path: Path) -> None:
    """Saves weights as float16 in one .npz file."""
    arrays = {
        f"{kind}_{index}": array.astype(np.float16)
        for kind, found in (("kernel", weights.kernels), ("bias", weights.biases))
        for index, array in enumerate(found)
    }
    np.savez_compressed(path, **arrays)


def accuracy(model: keras.Model, weights: Weights, held_out: Labelled) -> float:
    """How often the largest logit of the weights' features is the right one, 0 to 1."""
    kernel, bias = model.layers[-1].get_weights()
    features = image_features(held_out.images[..., np.newaxis], weights)
    return float(((features @ kernel + bias).argmax(axis=1) == held_out.labels).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--to", type=Path, required=True, help="the .npz file to write")
    parser.add_argument("--steps", type=int, default=4_000)
    arguments = parser.parse_args()
    if "GANLIB_DATA" not in os.environ:
        parser.error("set GANLIB_DATA to the folder that holds mnist.npz and fashion_mnist.npz")
    folder = Path(os.environ["GANLIB_DATA"]).expanduser()
    # Sums in one order: what the threads of two would add up differs from run to run.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    began = time.monotonic()
    pairs = {
        "MNIST": published(folder, "mnist.npz", 0),
        "Fashion-MNIST": published(folder, "fashion_mnist.npz", 10),
        "Quick, Draw!": drawings(folder, 20),
    }
    classes = 20 + len(bundled_drawings())
    model = trained([learned for learned, _ in pairs.values()], classes, arguments.steps)
    write(folded(model), arguments.to)
    weights = Weights.read(arguments.to)
    print(
        f"{sum(kernel.size for kernel in weights.kernels):,} weights, "
        f"{arguments.to.stat().st_size / 1e3:.0f} kB, {time.monotonic() - began:.0f} s"
    )
    for name, (_, held_out) in pairs.items():
        right = accuracy(model, weights, held_out)
        print(f"{name}: {right:.1%} of {len(held_out.labels):,} held-out images")


if __name__ == "__main__":
    main()
