"""What a browser needs to play through the saved steps of a run: small, and without TensorFlow."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ganlib.metrics.extent import view
from ganlib.tiles import is_images, tiles_png

# Images in a row and in a column of a frame.
COLUMNS = 3
_POINTS = 300
_BINS = 48


@dataclass(frozen=True)
class Replay:
    """Generated samples of the same noise at several steps, over real ones.

    Args:
        kind: of the samples.
        sheet: for images, a PNG file with the frames from top to bottom, a pixel apart; otherwise
            empty.
        size: for images, width and height of a frame in pixels; for points, their number in
            `real` and in each frame; for numbers, the number of bins, twice.
        real: bytes of the real points, see `generated`; empty for images.
        generated: bytes of the frames, one after the other; empty for images. For points, x and y
            (right and down) as uint16, where 0 is one picture to the left of the picture and 65,535
            one to its right; for numbers, the height of each bin as uint8.
    """

    kind: Literal["images", "points", "numbers"]
    size: tuple[int, int]
    sheet: bytes = b""
    real: bytes = b""
    generated: bytes = b""

    def fields(self) -> dict[str, object]:
        """Returns the fields as JSON values, bytes in base64."""
        text = {name: base64.b64encode(getattr(self, name)).decode("ascii") for name in _BYTES}
        return {"kind": self.kind, "size": self.size, **text}


_BYTES = ("sheet", "real", "generated")


def replay_of(real: np.ndarray, frames: Sequence[np.ndarray]) -> Replay:
    """Makes a replay.

    Args:
        real: (n, *sample_shape) real samples in the data's units.
        frames: (m, *sample_shape) generated samples of each step; m at least 9 for images.
    """
    if is_images(real):
        return _images(frames)
    if real.shape[1:] == (2,):
        return _points(real, frames)
    return _numbers(real.ravel(), [frame.ravel() for frame in frames])


def _images(frames: Sequence[np.ndarray]) -> Replay:
    shown = np.concatenate([frame[: COLUMNS**2] for frame in frames])
    height, width = (side * COLUMNS + COLUMNS - 1 for side in shown.shape[1:3])
    sheet = tiles_png(shown, columns=COLUMNS, gap=1)
    return Replay("images", (width, height), sheet=sheet)


def _points(real: np.ndarray, frames: Sequence[np.ndarray]) -> Replay:
    centre, half = view(real.astype(np.float64))

    def scaled(points: np.ndarray) -> np.ndarray:
        shares = (points[:_POINTS] - centre) / half * (0.5, -0.5) + 0.5
        # From -1 to 2, so that points leave the picture instead of gathering at its edge.
        from_left = np.nan_to_num((shares + 1) / 3, nan=0, posinf=1, neginf=0)
        return np.round(65_535 * np.clip(from_left, 0, 1)).astype("<u2")

    generated = np.stack([scaled(frame) for frame in frames])
    shown = scaled(real)
    size = (len(shown), generated.shape[1])
    return Replay("points", size, real=shown.tobytes(), generated=generated.tobytes())


def _numbers(real: np.ndarray, frames: Sequence[np.ndarray]) -> Replay:
    centre, half = view(real[:, None].astype(np.float64))
    edges = np.linspace(centre[0] - half[0], centre[0] + half[0], _BINS + 1)
    top = 1.5 * np.histogram(real, edges)[0].max() / len(real)

    def heights(values: np.ndarray) -> np.ndarray:
        shares = np.histogram(values, edges)[0] / len(values) / top
        return np.round(255 * np.minimum(shares, 1)).astype(np.uint8)

    generated = np.stack([heights(frame) for frame in frames])
    size = (_BINS, _BINS)
    return Replay("numbers", size, real=heights(real).tobytes(), generated=generated.tobytes())
