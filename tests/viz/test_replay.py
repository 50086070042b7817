"""What a browser plays: the samples themselves, to the pixel or to a small part of the picture."""

import io

import numpy as np
from PIL import Image

from ganlib.viz.replay import replay_of


def test_frames_of_images_are_the_images_one_below_the_other() -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 12, 5, 4, 1), dtype=np.uint8)
    replay = replay_of(images[0], list(images))
    assert (replay.kind, replay.size) == ("images", (3 * 4 + 2, 3 * 5 + 2))
    sheet = np.asarray(Image.open(io.BytesIO(replay.sheet)))
    width, height = replay.size
    assert sheet.shape == (2 * (height + 1) - 1, width)
    for frame in range(2):
        shown = sheet[frame * (height + 1) :][:height]
        for at in range(9):
            top, left = at // 3 * 6, at % 3 * 5
            assert (shown[top : top + 5, left : left + 4] == images[frame, at, ..., 0]).all()


def test_points_share_the_scale_of_the_real_ones() -> None:
    real = np.array([[-1.0, -1.0], [1.0, 1.0], [0.0, 0.0]])
    # To the right of the picture, in the middle, not a number.
    frames = [np.array([[99.0, 0.0], [0.0, 0.0]]), np.array([[np.nan, 0.0], [1.0, 1.0]])]
    replay = replay_of(real, frames)
    assert (replay.kind, replay.size) == ("points", (3, 2))
    shown = 3 * np.frombuffer(replay.real, "<u2").reshape(3, 2).astype(float) / 65_535 - 1
    # The view is 1.6 times as wide as the points; y points down.
    low, high = 0.5 - 0.5 / 1.6, 0.5 + 0.5 / 1.6
    assert np.abs(shown - [[low, high], [high, low], [0.5, 0.5]]).max() < 0.002
    moved = 3 * np.frombuffer(replay.generated, "<u2").reshape(2, 2, 2).astype(float) / 65_535 - 1
    assert moved[0, 0, 0] == 2 and moved[1, 0, 0] == -1
    assert (moved[1, 1] == shown[1]).all() and (moved[0, 1] == shown[2]).all()


def test_equal_numbers_have_equal_heights() -> None:
    real = np.random.default_rng(0).normal(size=(1_000, 1))
    replay = replay_of(real, [real, real[:500] * 0])
    assert replay.kind == "numbers"
    bins = replay.size[0]
    heights = np.frombuffer(replay.generated, np.uint8).reshape(2, bins)
    assert heights[0].tobytes() == replay.real
    assert heights[0].max() == round(255 / 1.5)
    # All in one bin: cut at the top.
    assert sorted(heights[1])[-2:] == [0, 255]
