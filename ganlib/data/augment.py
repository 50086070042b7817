"""More drawings out of a few: turned, shifted and drawn with a thicker pen."""

import numpy as np

_SEED = 0
_DEGREES = 12.0
_SMALLEST, _LARGEST = 0.75, 0.95
_SHIFT = 1.5
# Of the pen's blur, in pixels; chosen so that the mean ink is that of Google's own bitmaps.
_PEN = 0.5
_GAIN = 1.8


def augmented(drawings: np.ndarray, count: int) -> np.ndarray:
    """Variations of drawings, the same ones every time.

    Args:
        drawings: (n, H, W) uint8, bright on black.
        count: how many to make.
    Returns:
        (count, H, W) uint8: drawing i is made from drawing i modulo n.
    """
    from scipy import ndimage

    rng = np.random.default_rng(_SEED)
    centre = (np.array(drawings.shape[1:]) - 1) / 2
    made = np.empty((count, *drawings.shape[1:]), np.uint8)
    for index in range(count):
        source = drawings[index % len(drawings)].astype(np.float32)
        if rng.random() < 0.5:
            source = source[:, ::-1]
        angle = np.deg2rad(rng.uniform(-_DEGREES, _DEGREES))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = turn / rng.uniform(_SMALLEST, _LARGEST)
        offset = centre - matrix @ (centre + rng.uniform(-_SHIFT, _SHIFT, 2))
        moved = ndimage.affine_transform(source, matrix, offset, order=1)
        thick = _GAIN * ndimage.gaussian_filter(moved, _PEN)
        made[index] = np.clip(np.rint(thick), 0, 255)
    return made
