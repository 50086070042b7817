"""Features of images of 28 x 28 pixels: the last layer of a small classifier of real images.

It was trained on MNIST, Fashion-MNIST and 30 categories of Quick, Draw! by
`tests/bench/train_features.py`, and classifies 99.3, 88.1 and 86.7 % of held-out images correctly
(10, 10 and 30 classes). Its four convolutions and dense layer are written in NumPy: as fast as
TensorFlow for so small a network, without an import of three seconds, and safe in threads.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ganlib.blas import single_threaded

# Shape of an image.
SHAPE = (28, 28, 1)
FEATURES = 64
# Strides of the convolutions, in order.
STRIDES = (2, 2, 1, 2)

_PATH = Path(__file__).with_suffix(".npz")
# Images at a time; larger batches need more memory and are not faster.
_BATCH = 128


@dataclass(frozen=True)
class Weights:
    """Weights of the classifier up to its features.

    Args:
        kernels: (side, side, channels in, channels out) of each convolution, then
            (inputs, 64) of the dense layer.
        biases: (channels out,) of each, likewise.
    """

    kernels: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]

    @classmethod
    def read(cls, path: Path) -> "Weights":
        """Reads what `tests/bench/train_features.py` wrote, as float32."""
        with np.load(path, allow_pickle=False) as arrays:
            count = len(arrays.files) // 2
            kernels, biases = (
                tuple(arrays[f"{kind}_{index}"].astype(np.float32) for index in range(count))
                for kind in ("kernel", "bias")
            )
        return cls(kernels, biases)


def image_features(images: np.ndarray, weights: Weights | None = None) -> np.ndarray:
    """Computes the classifier's last layer before its logits.

    Args:
        images: (n, 28, 28, 1) values 0 to 255.
        weights: of the classifier; None for those of this package.
    Returns:
        (n, 64) float32, at least 0.

    Raises:
        ValueError: the images have another shape.
    """
    if images.shape[1:] != SHAPE:
        raise ValueError(f"Images must be of (n, 28, 28, 1). Received: {images.shape}.")
    weights = weights or _shipped()
    features = np.empty((len(images), FEATURES), np.float32)
    with single_threaded():
        for start in range(0, len(images), _BATCH):
            rows = slice(start, start + _BATCH)
            features[rows] = _features(images[rows].astype(np.float32) / 255, weights)
    return features


@cache
def _shipped() -> Weights:
    return Weights.read(_PATH)


def _features(images: np.ndarray, weights: Weights) -> np.ndarray:
    """(n, 28, 28, 1) from 0 to 1 -> (n, 64)."""
    *kernels, dense = weights.kernels
    *biases, last = weights.biases
    for kernel, bias, stride in zip(kernels, biases, STRIDES, strict=True):
        images = np.maximum(_convolved(images, kernel, stride) + bias, 0)
    features: np.ndarray = np.maximum(images.reshape(len(images), -1) @ dense + last, 0)
    return features


def _convolved(images: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """Convolves with a border of zeros: (n, H / stride, W / stride, K), rounded up.

    Args:
        images: (n, H, W, C), H equal to W.
        kernel: (side, side, C, K).
        stride: pixels.
    """
    size, side = images.shape[1], len(kernel)
    places = -(-size // stride)
    # As TensorFlow's "same": an odd border is larger at the end.
    border = max(0, (places - 1) * stride + side - size)
    ends = (border // 2, border - border // 2)
    padded = np.pad(images, ((0, 0), ends, ends, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(1, 2))
    # (n, places, places, side, side, C), in the order of the kernel.
    patches = windows[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)
    count = len(images) * places**2
    product = patches.reshape(count, -1) @ kernel.reshape(-1, kernel.shape[-1])
    found: np.ndarray = product.reshape(len(images), places, places, -1)
    return found
