"""Images out of an IDX file, whole or damaged."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from ganlib import data
from ganlib.data.idx import IdxImages
from ganlib.errors import DataError

IMAGES = IdxImages(side=4, most=100)
PIXELS = np.random.default_rng(0).integers(0, 256, (7, 4, 4), dtype=np.uint8)


def idx(magic: int = 0x0803, count: int = 7, side: int = 4, body: bytes | None = None) -> bytes:
    head = struct.pack(">4I", magic, count, side, side)
    return head + (PIXELS.tobytes() if body is None else body)


def test_the_images_are_those_that_were_written(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(idx()))
    assert IMAGES.count(path) == 7
    np.testing.assert_array_equal(IMAGES.read(path)[..., 0], PIXELS)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (gzip.compress(idx(magic=0x0801)), "is not an IDX file of uint8 images of 4 x 4"),
        (gzip.compress(idx(side=5)), "is not an IDX file of uint8 images of 4 x 4"),
        (gzip.compress(idx(count=0)), "claims 0 images; 1 to 100 are read"),
        (gzip.compress(idx(count=2**32 - 1)), "claims 4,294,967,295 images"),
        (gzip.compress(idx(body=b"short")), "ends after 21 bytes"),
        (gzip.compress(idx())[:-30], "cannot be read as .gz"),
        (b"no gzip at all", "cannot be read as .gz"),
        (b"", "ends after 0 bytes"),
    ],
    ids=["magic", "side", "none", "too many", "short", "cut off", "no gzip", "empty"],
)
def test_another_file_is_told(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        IMAGES.read(path)


def test_fashion_mnist_is_fetched_from_where_keras_has_it() -> None:
    remote = data.get("fashion_mnist").sources.remote
    assert remote.base_url == "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
    assert remote.name == "train-images-idx3-ubyte.gz"


def test_a_server_of_that_file_is_used(
    server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another file's size the server is asked, and what it has is not taken."""
    server.body = gzip.compress(idx())
    monkeypatch.setenv("GANLIB_FASHION_MNIST_URL", server.url)
    report = data.get("fashion_mnist").load().report
    assert server.requests == ["/mirror/train-images-idx3-ubyte.gz"]
    assert report.provenance == (
        f"download failed: the file there has {len(server.body)} bytes, expected 26,421,880; "
        "using the bundled sample"
    )
