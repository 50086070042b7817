import io

import numpy as np
import pytest
from PIL import Image

from ganlib.tiles import grid_png, is_images


@pytest.mark.parametrize(
    ("count", "side", "size"),
    [
        # 16 in 4 columns of 28 x 5 pixels and three gaps of 2.
        (16, 28, (566, 566)),
        # 5 in 3 columns and 2 rows of 28 x 7.
        (5, 28, (592, 394)),
        # 10 in two rows of 5, for 4 columns would leave two places empty.
        (10, 28, (568, 226)),
        (1, 28, (588, 588)),
        # Never smaller than its pixels.
        (9, 300, (904, 904)),
    ],
)
def test_grids_are_near_square_and_about_576_wide(
    count: int, side: int, size: tuple[int, int]
) -> None:
    image = Image.open(io.BytesIO(grid_png(np.zeros((count, side, side, 1), np.uint8))))
    assert (image.format, image.mode, image.size) == ("PNG", "L", size)


def test_every_pixel_becomes_a_block_and_gaps_are_grey() -> None:
    images = np.arange(12, dtype=np.uint8).reshape(3, 2, 2, 1) * 20
    pixels = np.asarray(Image.open(io.BytesIO(grid_png(images))))
    # Two columns of images of two pixels: round(574 / 4) = 144 pixels a block.
    assert pixels.shape == (578, 578)
    assert (pixels[:144, :144] == 0).all()
    assert (pixels[:144, 144:288] == 20).all()
    assert (pixels[144:288, :144] == 40).all()
    assert (pixels[:, 288:290] == 128).all()
    assert (pixels[:144, 290:434] == 80).all()
    assert (pixels[290:434, :144] == 160).all()
    assert (pixels[290:, 290:] == 128).all(), "the place of a fourth image stays empty"


def test_colours_stay() -> None:
    images = np.zeros((1, 1, 1, 3), np.uint8)
    images[..., 1] = 200
    image = Image.open(io.BytesIO(grid_png(images)))
    assert image.mode == "RGB"
    assert image.getpixel((5, 5)) == (0, 200, 0)


def test_which_samples_are_images() -> None:
    assert is_images(np.zeros((4, 8, 8, 1), np.uint8))
    assert not is_images(np.zeros((4, 8, 8, 1), np.float32))
    assert not is_images(np.zeros((4, 8, 8, 2), np.uint8))
    assert not is_images(np.zeros((4, 1), np.uint8))
