import io

import numpy as np
import pytest
from PIL import Image

from ganlib.tiles import tiles_png


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def test_every_pixel_becomes_a_block_and_every_picture_has_its_place():
    images = np.random.default_rng(0).integers(0, 256, (3, 4, 5)).astype(np.uint8)
    sheet = pixels(tiles_png(images, columns=2, scale=3, gap=2))
    assert sheet.shape == (2 * 12 + 2, 2 * 15 + 2)
    np.testing.assert_array_equal(sheet[0:12:3, 0:15:3], images[0])
    np.testing.assert_array_equal(sheet[2:12:3, 19:32:3], images[1])
    np.testing.assert_array_equal(sheet[14:26:3, 0:15:3], images[2])
    assert (sheet[12:14] == 128).all()
    assert (sheet[14:, 17:] == 128).all()


def test_coloured_pictures_and_a_channel_of_grey():
    images = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3)).astype(np.uint8)
    np.testing.assert_array_equal(pixels(tiles_png(images, columns=2))[:, 6:], images[1])
    grey = images[..., :1]
    assert tiles_png(grey, columns=2) == tiles_png(grey[..., 0], columns=2)


@pytest.mark.parametrize(
    "images", [np.zeros((0, 4, 4), np.uint8), np.zeros((4, 4), np.uint8), np.zeros((1, 4, 4))]
)
def test_refuses_what_is_no_row_of_pictures(images):
    with pytest.raises(ValueError, match=r"uint8 of shape \(n, H, W\) or .*, n at least 1"):
        tiles_png(images, columns=2)
