"""A distribution in the plane that a user has drawn by hand."""

import hashlib
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ganlib.data.planes import Plane

if TYPE_CHECKING:
    import tensorflow as tf

MOST_POINTS = 2_000
# Standard deviation of the normal noise around the strokes.
SD = 0.02
# A dot has the probability of a stroke of this length.
_DOT = 0.05
# Every text can match in only one way, so that long texts are refused quickly.
_NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?"
_POINT = re.compile(rf"{_NUMBER},{_NUMBER}", re.I)
_SHOWN = 40


@lru_cache(maxsize=16)
def parse_drawing(text: str) -> tuple[np.ndarray, ...]:
    """Parses strokes as the pad writes them: "0,0.5 0.25,0.5; -1,-1" is a stroke and a dot.

    Args:
        text: points as x,y with spaces between them, strokes with semicolons; empty for none.
    Returns:
        For each stroke (n, 2) float64, n at least 1, inside -1 to 1.

    Raises:
        ValueError: the text has another form; in one sentence.
    """
    strokes = [part.split() for part in text.split(";") if part.strip()]
    count = sum(map(len, strokes))
    if count > MOST_POINTS:
        raise ValueError(f"A drawing may have up to {MOST_POINTS:,} points. Received: {count:,}.")
    return tuple(np.array([_point(one) for one in stroke]) for stroke in strokes)


def drawn_plane(strokes: Sequence[np.ndarray]) -> Plane:
    """Returns a distribution that is uniform along the strokes.

    Args:
        strokes: at least one, each (n, 2).
    """
    starts, ends, weights = _segments(strokes)
    shares = weights / weights.sum()
    mean = shares @ (starts + ends) / 2
    # The mean square of a point that is uniform between a and b is (a a + a b + b b) / 3.
    squares = shares @ (starts**2 + starts * ends + ends**2) / 3
    variance = float((squares - mean**2).mean()) + SD**2
    borders = np.concatenate(([0.0], np.cumsum(shares)))

    def place(along: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        edges = tf.constant(borders, tf.float32)
        which = tf.searchsorted(edges[1:-1], along, side="right")
        low, share = tf.gather(edges, which), tf.gather(tf.constant(shares, tf.float32), which)
        within = tf.clip_by_value((along - low) / share, 0, 1)[:, None]
        first = tf.gather(tf.constant(starts, tf.float32), which)
        return first + within * (tf.gather(tf.constant(ends, tf.float32), which) - first)

    length = sum(float(np.linalg.norm(np.diff(stroke, axis=0), axis=1).sum()) for stroke in strokes)
    some = "1 stroke" if len(strokes) == 1 else f"{len(strokes):,} strokes"
    return Plane(
        f"Your drawing, {some} of length {length:.2f}, sd {SD:g}",
        place,
        SD,
        (float(mean[0]), float(mean[1])),
        math.sqrt(variance),
        key=_digest(strokes),
    )


def _point(text: str) -> tuple[float, float]:
    if not _POINT.fullmatch(text):
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
        raise ValueError(
            "drawing must be points x,y with spaces between them and semicolons between "
            f"strokes, such as 0,0.5 0.25,0.5; -1,-1. Received: {shown!r}."
        )
    x, y = map(float, text.split(","))
    if not (abs(x) <= 1 and abs(y) <= 1):
        raise ValueError(f"The points of a drawing must lie from -1 to 1. Received: {text!r}.")
    return x, y


def _segments(strokes: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns (m, 2) starts, (m, 2) ends and (m,) weights above 0."""
    starts, ends, weights = [], [], []
    for stroke in strokes:
        lengths = np.linalg.norm(np.diff(stroke, axis=0), axis=1)
        if lengths.sum() > 0:
            moves = lengths > 0
            starts.append(stroke[:-1][moves])
            ends.append(stroke[1:][moves])
            weights.append(lengths[moves] * max(1.0, _DOT / lengths.sum()))
        else:
            starts.append(stroke[:1])
            ends.append(stroke[:1])
            weights.append(np.array([_DOT]))
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(weights)


def _digest(strokes: Sequence[np.ndarray]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for stroke in strokes:
        digest.update(f"{len(stroke)} ".encode() + stroke.tobytes())
    return digest.hexdigest()
