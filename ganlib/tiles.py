"""Joins small images to one PNG."""

import io
import math

import numpy as np

# Mid-grey is visible between white-on-black images, on light and on dark pages.
_GREY = 128
# Width of a grid in pixels, about.
_GRID_WIDTH = 576
_GRID_GAP = 2


def is_images(samples: np.ndarray) -> bool:
    """True if samples are images that a grid can show: uint8 of shape (n, H, W, 1 or 3)."""
    return samples.dtype == np.uint8 and samples.ndim == 4 and samples.shape[3] in (1, 3)


def grid_png(images: np.ndarray) -> bytes:
    """Draws an almost square grid of images, about 576 pixels wide.

    The scale is an integer, so that the images stay sharp.

    Args:
        images: (n, H, W, 1 or 3) uint8, n at least 1; the grid is filled row by row.
    Returns:
        The bytes of a PNG file.
    """
    count, width = len(images), images.shape[2]
    columns = grid_columns(count)
    free = _GRID_WIDTH - (columns - 1) * _GRID_GAP
    scale = max(1, round(free / (columns * width)))
    return tiles_png(images, columns=columns, scale=scale, gap=_GRID_GAP)


def grid_columns(count: int) -> int:
    """Returns the columns of an almost square grid of `count` tiles.

    They are the rounded-up square root, or one more if that fills the last row.
    """
    root = math.ceil(math.sqrt(count))
    wider = root + 1
    fits = count % root and count % wider == 0 and count > wider
    return wider if fits else root


def tiles_png(images: np.ndarray, *, columns: int, scale: int = 1, gap: int = 2) -> bytes:
    """Draws images in rows, scaled by a whole factor, so that pixels stay crisp.

    Args:
        images: (n, H, W) or (n, H, W, 1 or 3) uint8, n at least 1, row by row. The rest of the
            last row is grey.
        columns: images in a row.
        scale: side of the block of pixels that replaces each pixel.
        gap: pixels between two images.
    Returns:
        The bytes of a PNG file.
    Raises:
        ValueError: an array of another shape or type.
    """
    from PIL import Image

    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    coloured = images.ndim == 4 and images.shape[3] == 3
    if not (images.ndim == 3 or coloured) or images.dtype != np.uint8 or not len(images):
        raise ValueError(
            "images must be uint8 of shape (n, H, W) or (n, H, W, 1 or 3), n at least 1. Received: "
            f"{images.dtype} of {images.shape}."
        )
    count, height, width, *colours = images.shape
    height, width = height * scale, width * scale
    rows = -(-count // columns)
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap, *colours)
    sheet = np.full(shape, _GREY, np.uint8)
    for index, image in enumerate(images.repeat(scale, axis=1).repeat(scale, axis=2)):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        sheet[top : top + height, left : left + width] = image
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, "PNG")
    return file.getvalue()
