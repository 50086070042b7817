"""Grids of images as PNG, drawn from stored samples."""

import math

import numpy as np

from ganlib.tiles import tiles_png

_GAP = 2
_TARGET_WIDTH = 576


def is_images(samples: np.ndarray) -> bool:
    """Whether samples are images that a grid can show: uint8 of (n, H, W, 1 or 3)."""
    return samples.dtype == np.uint8 and samples.ndim == 4 and samples.shape[3] in (1, 3)


def _columns(count: int) -> int:
    """The root, or one more where that leaves no place empty."""
    least = math.ceil(math.sqrt(count))
    wider = least + 1
    fits = count % least and count % wider == 0 and count > wider
    return wider if fits else least


def encode_grid(images: np.ndarray) -> bytes:
    """A near-square grid of images, about 576 pixels wide, as PNG.

    Each pixel becomes a block of whole pixels, so that it stays crisp.

    Args:
        images: (n, H, W, 1 or 3) uint8, n at least 1, row by row.
    """
    count, width = len(images), images.shape[2]
    columns = _columns(count)
    free = _TARGET_WIDTH - (columns - 1) * _GAP
    scale = max(1, round(free / (columns * width)))
    return tiles_png(images, columns=columns, scale=scale, gap=_GAP)
