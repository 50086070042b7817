"""Grids of images as PNG, encoded once when they are made and never again."""

import io
import math

import numpy as np

_GAP = 2
_TARGET_WIDTH = 576
# Mid-grey: seen beside black and white images, on light and on dark pages.
_GREY = 128


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
    from PIL import Image

    count, height, width, channels = images.shape
    columns = _columns(count)
    rows = math.ceil(count / columns)
    free = _TARGET_WIDTH - (columns - 1) * _GAP
    scale = max(1, round(free / (columns * width)))
    height, width = height * scale, width * scale
    grid = np.full(
        (rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP, channels),
        _GREY,
        np.uint8,
    )
    for index, image in enumerate(images.repeat(scale, axis=1).repeat(scale, axis=2)):
        top = index // columns * (height + _GAP)
        left = index % columns * (width + _GAP)
        grid[top : top + height, left : left + width] = image
    file = io.BytesIO()
    Image.fromarray(grid[:, :, 0] if channels == 1 else grid).save(file, "PNG")
    return file.getvalue()
