"""Small pictures of samples: for tables, tiles and replays."""

import io
from typing import TYPE_CHECKING

import numpy as np

from ganlib.metrics.extent import view
from ganlib.tiles import is_images, tiles_png
from ganlib.viz.colours import GENERATED, REAL

if TYPE_CHECKING:
    from PIL.Image import Image

# Width and height in pixels of a picture of numbers or points.
SIDE = 120
_BINS = 24
_POINTS = 400
_IMAGES_IN_A_ROW = 4
_MARGIN = 6


def thumbnail(real: np.ndarray, generated: np.ndarray | None) -> bytes:
    """Draws generated samples: images as tiles, points and numbers over real ones.

    All pictures of the same real samples have the same scale, so that they can be shown one after
    the other. The background is transparent.

    Args:
        real: (n, *sample_shape) real samples in the data's units.
        generated: (m, *sample_shape) generated samples; None draws the real ones alone.
    Returns:
        The bytes of a PNG file.
    """
    if is_images(real):
        images = real if generated is None else generated
        return tiles_png(images[: _IMAGES_IN_A_ROW**2], columns=_IMAGES_IN_A_ROW, gap=1)
    if real.shape[1:] == (2,):
        return _points(real, generated)
    return _histograms(real.ravel(), None if generated is None else generated.ravel())


def _points(real: np.ndarray, generated: np.ndarray | None) -> bytes:
    from PIL import ImageDraw

    image = _blank()
    draw = ImageDraw.Draw(image)
    centre, half = view(real.astype(np.float64))
    for points, colour in ((real, REAL), (generated, GENERATED)):
        if points is None:
            continue
        scaled = (points[:_POINTS] - centre) / half * (SIDE / 2, -SIDE / 2) + SIDE / 2
        for x, y in scaled[np.isfinite(scaled).all(axis=1)]:
            draw.ellipse((x - 1, y - 1, x + 1, y + 1), fill=colour)
    return _png(image)


def _histograms(real: np.ndarray, generated: np.ndarray | None) -> bytes:
    from PIL import Image, ImageDraw

    image = _blank()
    centre, half = view(real[:, None].astype(np.float64))
    edges = np.linspace(centre[0] - half[0], centre[0] + half[0], _BINS + 1)
    real_heights = np.histogram(real, edges)[0] / max(len(real), 1)
    # Room for generated values that are more concentrated than the real ones.
    scale = (SIDE - 2 * _MARGIN) / max(1.5 * real_heights.max(), 1e-12)
    for values, colour in ((real, REAL), (generated, GENERATED)):
        if values is None:
            continue
        heights = np.histogram(values, edges)[0] / max(len(values), 1)
        outline = _outline(np.minimum(heights * scale, SIDE - 2 * _MARGIN))
        layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
        draw = ImageDraw.Draw(layer)
        draw.polygon(outline, fill=f"{colour}55")
        draw.line(outline, fill=colour, width=2)
        image.alpha_composite(layer)
    return _png(image)


def _outline(heights: np.ndarray) -> list[tuple[float, float]]:
    """Corners of the steps of a histogram, from left to right."""
    x = np.linspace(0, SIDE, len(heights) + 1)
    bottom = SIDE - _MARGIN
    corners = [(float(x[0]), float(bottom))]
    for left, right, height in zip(x[:-1], x[1:], heights, strict=True):
        corners += [(float(left), float(bottom - height)), (float(right), float(bottom - height))]
    return [*corners, (float(x[-1]), float(bottom))]


def _blank() -> "Image":
    from PIL import Image

    return Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))


def _png(image: "Image") -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
