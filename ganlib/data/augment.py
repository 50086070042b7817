"""Makes more drawings from a few: rotated, scaled, shifted and drawn with a thicker pen."""

import numpy as np
import scipy

_SEED = 0
_DEGREES = 12.0
_SMALLEST, _LARGEST = 0.75, 0.95
_SHIFT = 1.5
# Blur of the pen, pixels; chosen so that the mean ink is that of Google's own bitmaps.
_PEN = 0.5
_GAIN = 1.8


def augmented(drawings: np.ndarray, count: int) -> np.ndarray:
    """Makes variations of drawings, the same on every call.

    Args:
        drawings: (n, H, W) uint8, bright on black.
        count: number of variations.
    Returns:
        (count, H, W) uint8: drawing i is made from drawing i modulo n.
    """
    mirror, turn, size, *shift = np.random.default_rng(_SEED).random((count, 5)).T
    sources = drawings[np.arange(count) % len(drawings)].astype(np.float32)
    sources = np.where(mirror[:, None, None] < 0.5, sources[:, :, ::-1], sources)
    angle = np.deg2rad(_between(-_DEGREES, _DEGREES, turn))
    scale = _between(_SMALLEST, _LARGEST, size)
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    matrix = np.array([[cos, -sin], [sin, cos]])
    centre = (np.array(drawings.shape[1:])[:, None] - 1) / 2
    target = centre + _between(-_SHIFT, _SHIFT, np.array(shift))
    offset = centre - np.einsum("ijn,jn->in", matrix, target)
    pixels = np.indices(drawings.shape[1:])
    # Row and column that each pixel of each variation comes from: (2, count, H, W).
    at = np.einsum("ijn,jhw->inhw", matrix, pixels) + offset[:, :, None, None]
    which = np.broadcast_to(np.arange(count)[:, None, None], at[0].shape)
    moved = scipy.ndimage.map_coordinates(sources, [which, *at], order=1)
    thick = _GAIN * scipy.ndimage.gaussian_filter(moved, (0, _PEN, _PEN))
    made: np.ndarray = np.clip(np.rint(thick), 0, 255).astype(np.uint8)
    return made


def _between(low: float, high: float, share: np.ndarray) -> np.ndarray:
    return low + (high - low) * share
