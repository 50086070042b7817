import io

import numpy as np
from PIL import Image

from ganlib.runs.images import encode_grid
from ganlib.runs.png_stamp import stamp, unstamp

PNG = encode_grid(np.arange(4 * 4 * 4, dtype=np.uint8).reshape(4, 4, 4, 1))


def test_a_stamped_picture_is_a_picture_and_comes_back() -> None:
    stamped = stamp(PNG, "run/samples/1.png")
    with Image.open(io.BytesIO(stamped)) as shown, Image.open(io.BytesIO(PNG)) as drawn:
        assert np.array_equal(np.asarray(shown), np.asarray(drawn))
        assert shown.text == {"ganlib": "run/samples/1.png"}
    assert unstamp(stamped, "run/samples/1.png") == PNG


def test_one_from_elsewhere_is_none_and_one_of_an_earlier_version_is_read() -> None:
    assert unstamp(stamp(PNG, "run/samples/1.png"), "run/samples/2.png") is None
    assert unstamp(PNG, "run/samples/1.png") == PNG


def test_no_cut_and_no_flipped_bit_is_shown() -> None:
    stamped = stamp(PNG, "here")
    for length in range(len(stamped)):
        assert unstamp(stamped[:length], "here") is None
    for at in range(len(stamped)):
        flipped = bytearray(stamped)
        flipped[at] ^= 1 << at % 8
        assert unstamp(bytes(flipped), "here") is None
    assert unstamp(stamped + b"\0", "here") is None
