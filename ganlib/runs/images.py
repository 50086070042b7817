"""Draws grids of stored images as PNG."""

import math

import numpy as np

from ganlib.tiles import tiles_png

_GAP = 2
_TARGET_WIDTH = 576


def is_images(samples: np.ndarray) -> bool:
    """True if samples are images that a grid can show: uint8 of shape (n, H, W, 1 or 3)."""
    return samples.dtype == np.uint8 and samples.ndim == 4 and samples.shape[3] in (1, 3)


def _columns(count: int) -> int:
    """Returns the rounded-up square root, or one more if that fills the last row."""
    root = math.ceil(math.sqrt(count))
    wider = root + 1
    fits = count % root and count % wider == 0 and count > wider
    return wider if fits else root


def encode_grid(images: np.ndarray) -> bytes:
    """Returns an almost square grid of images, about 576 pixels wide, as PNG.

    The scale is an integer, so that the images stay sharp.

    Args:
        images: (n, H, W, 1 or 3) uint8 with n >= 1; the grid is filled row by row.
    """
    count, width = len(images), images.shape[2]
    columns = _columns(count)
    free = _TARGET_WIDTH - (columns - 1) * _GAP
    scale = max(1, round(free / (columns * width)))
    return tiles_png(images, columns=columns, scale=scale, gap=_GAP)
