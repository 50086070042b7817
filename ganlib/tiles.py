"""Joins small images to one PNG."""

import io

import numpy as np

# Mid-grey is visible between white-on-black images, on light and on dark pages.
_GREY = 128


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
            "images must be uint8 of (n, H, W) or (n, H, W, 1 or 3), n at least 1. Received: "
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
