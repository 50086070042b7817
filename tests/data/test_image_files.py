"""Image files, valid, damaged and lying: one sentence each, and nothing large is unpacked."""

import gzip
import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ganlib import data
from ganlib.data.image_files import IdxImages, ImageFormat, NpyImages, NpzImages
from ganlib.errors import DataError

NPZ = NpzImages(key="x_train", side=28, most=1_000)
NPY = NpyImages(side=28, most=1_000)
IDX = IdxImages(side=28, most=1_000)
PIXELS = np.random.default_rng(0).integers(0, 256, (7, 28, 28), dtype=np.uint8)


def npy_header(descr: str, shape: tuple[int, ...], version: int = 1) -> bytes:
    """The header of a .npy file, whatever it claims."""
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text


def npz(content: bytes, name: str = "x_train.npy") -> bytes:
    """An .npz file with one member."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def saved(save: Callable[..., None], *arrays: np.ndarray, **named: np.ndarray) -> bytes:
    file = io.BytesIO()
    save(file, *arrays, **named)
    return file.getvalue()


def idx(magic: int = 0x0803, count: int = 7, side: int = 28, body: bytes | None = None) -> bytes:
    header = struct.pack(">4I", magic, count, side, side)
    return gzip.compress(header + (PIXELS.tobytes() if body is None else body))


def refusal(path: Path, format_: ImageFormat) -> str:
    """The sentence, which counting and reading have in common."""
    with pytest.raises(DataError) as counted:
        format_.count(path)
    with pytest.raises(DataError) as read:
        format_.read(path)
    assert str(read.value) == str(counted.value)
    sentence = str(read.value)
    assert sentence.startswith(str(path))
    assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 400
    return sentence.removeprefix(str(path)).lstrip(": ")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "images"


FORTRAN = np.asfortranarray(PIXELS)
WHOLE = {
    "npz": (NPZ, saved(np.savez, x_train=PIXELS, y_train=np.arange(7))),
    "npz, compressed": (NPZ, saved(np.savez_compressed, x_train=PIXELS)),
    "npz, Fortran order": (NPZ, saved(np.savez, x_train=FORTRAN)),
    "npz, version 2": (NPZ, npz(npy_header("|u1", (7, 28, 28), 2) + PIXELS.tobytes())),
    "npy": (NPY, saved(np.save, PIXELS)),
    "npy, flat": (NPY, saved(np.save, PIXELS.reshape(7, 784))),
    "npy, Fortran order": (NPY, saved(np.save, FORTRAN)),
    "idx": (IDX, idx()),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_the_images_are_those_that_were_written(path: Path, kind: str) -> None:
    format_, content = WHOLE[kind]
    path.write_bytes(content)
    assert format_.count(path) == 7
    read = format_.read(path)
    assert read.dtype == np.uint8 and read.flags.c_contiguous
    np.testing.assert_array_equal(read, PIXELS[..., np.newaxis])
    np.testing.assert_array_equal(format_.read(path, 3), read[:3])
    # What was read stays as it is when the file changes.
    path.write_bytes(bytes(len(content)))
    np.testing.assert_array_equal(read, PIXELS[..., np.newaxis])


BOMB = b"\x93NUMPY\x02\x00" + struct.pack("<I", 40_000_000) + b" " * 40_000_000
SHAPES = "uint8 of shape (N, 28, 28)."
EITHER = "uint8 of shape (N, 784) or (N, 28, 28)."
DAMAGED = "images, but its size does not fit them; the file is damaged."
NO_ZIP = "is not a valid .npz file: File is not a zip file."
REFUSED = {
    "npz, empty": (NPZ, b"", "is empty."),
    "npz, text": (NPZ, b"hello", NO_ZIP),
    "npz, cut": (NPZ, WHOLE["npz"][1][:-30], NO_ZIP),
    "npz, key": (
        NPZ,
        saved(np.savez, images=PIXELS, labels=np.zeros(2)),
        "has no array 'x_train'; it holds: 'images', 'labels'.",
    ),
    "npz, floats": (
        NPZ,
        saved(np.savez, x_train=PIXELS.astype(np.float32)),
        f"x_train is float32 of (7, 28, 28); expected {SHAPES}",
    ),
    "npz, negative": (
        NPZ,
        npz(npy_header("|u1", (-5, 28, 28))),
        "is not a valid .npz file: its header claims the shape (-5, 28, 28).",
    ),
    "npz, fewer": (
        NPZ,
        npz(npy_header("|u1", (3, 28, 28)) + bytes(2 * 784)),
        f"x_train claims 3 {DAMAGED}",
    ),
    "npz, version": (
        NPZ,
        npz(npy_header("|u1", (1, 28, 28), 3) + bytes(784)),
        "x_train is in .npy format (3, 0); expected (1, 0) or (2, 0).",
    ),
    "npy, text": (NPY, b"PK" + WHOLE["npy"][1], "is not a valid .npy file: "),
    "npy, floats": (
        NPY,
        saved(np.save, np.zeros((3, 784), np.float32)),
        f"is float32 of (3, 784); expected {EITHER}",
    ),
    "npy, truth": (
        NPY,
        npy_header("|u1", (True, 784)) + bytes(784),
        "is not a valid .npy file: its header claims the shape (True, 784).",
    ),
    "npy, cut": (NPY, WHOLE["npy"][1][:-1], f"claims 7 {DAMAGED}"),
    "idx, magic": (IDX, idx(magic=0x0801), "is not an IDX file of uint8 images of 28 x 28."),
    "idx, many": (IDX, idx(count=2**32 - 1), "claims 4,294,967,295 images; 1 to 1,000 are read."),
    "idx, text": (IDX, b"no gzip at all", "is not a valid .gz file: "),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_invalid_files_are_refused_in_one_sentence(path: Path, kind: str) -> None:
    format_, content, sentence = REFUSED[kind]
    path.write_bytes(content)
    assert refusal(path, format_).startswith(sentence)


@pytest.mark.parametrize("content", [idx(body=b"short"), idx()[:-30]], ids=["short", "cut"])
def test_idx_images_that_end_too_early(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert IDX.count(path) == 7
    with pytest.raises(DataError, match=r"ends before its 7 images do|is not a valid \.gz file"):
        IDX.read(path)


def test_a_missing_file_and_a_folder(path: Path) -> None:
    assert refusal(path, NPZ) == "cannot be read: No such file or directory."
    path.mkdir()
    assert refusal(path, NPZ) == "is not a file."


def test_names_of_any_length_and_kind_stay_one_short_sentence(path: Path) -> None:
    path.write_bytes(npz(b"", "line\nbreak" + "x" * 5_000 + ".npy"))
    assert len(refusal(path, NPZ)) < 200


class Detonator:
    """Leaves a mark on the class when it is unpickled."""

    went_off = False

    def __reduce__(self) -> tuple:
        return (setattr, (Detonator, "went_off", True))


def test_pickled_objects_are_never_loaded(path: Path) -> None:
    bomb = np.empty((1, 28, 28), object)
    bomb[0, 0, 0] = Detonator()
    for format_, content in (
        (NPY, saved(np.save, bomb)),
        (NPZ, saved(np.savez, x_train=bomb)),
    ):
        path.write_bytes(content)
        assert refusal(path, format_).endswith(
            "contains pickled Python objects, which are never loaded."
        )
    assert not Detonator.went_off
    # The same file does go off where pickles are allowed, so the check above can fail.
    with np.load(path, allow_pickle=True) as arrays:
        arrays["x_train"]
    assert Detonator.went_off


@pytest.mark.parametrize(
    ("format_", "content", "sentence"),
    [
        *(
            (format_, wrap(npy_header("|u1", (count, 28, 28))), f"claims {count:,} images; at most")
            for format_, wrap in ((NPY, bytes), (NPZ, npz))
            for count in (1_001, 10**11, 10**30)
        ),
        # As they should be but for their number: 40 MB in 40 kB.
        (
            NPZ,
            saved(np.savez_compressed, x_train=np.zeros((51_000, 28, 28), np.uint8)),
            "claims 51,000 images; at most",
        ),
        (NPZ, npz(npy_header("|u1", (2, 28, 28)) + bytes(40_000_000)), f"claims 2 {DAMAGED}"),
        # The header itself is a bomb.
        (NPZ, npz(BOMB), "its header cannot be read"),
        (NPY, BOMB, "its header cannot be read"),
    ],
)
def test_a_file_that_claims_too_much_allocates_nothing(
    path: Path, format_: ImageFormat, content: bytes, sentence: str
) -> None:
    path.write_bytes(content)
    tracemalloc.start()
    try:
        assert sentence in refusal(path, format_)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_damaged_pixels_are_noticed_on_reading(path: Path) -> None:
    """The headers are valid, so only the checksum of the zip shows the damage."""
    content = bytearray(saved(np.savez, x_train=np.zeros((50, 28, 28), np.uint8)))
    content[20_000] = 1
    path.write_bytes(content)
    assert NPZ.count(path) == 50
    with pytest.raises(DataError, match=r"is not a valid \.npz file: Bad CRC-32"):
        NPZ.read(path)


@pytest.mark.parametrize(("format_", "save"), [(NPZ, np.savez), (NPY, np.save)])
def test_random_damage_is_refused_or_harmless(
    path: Path, format_: ImageFormat, save: Callable[..., None]
) -> None:
    """Three random bytes of a good file at a time: read as it was, or refused."""
    rng = np.random.default_rng(0)
    named = {"x_train": PIXELS[:1]} if format_ is NPZ else {"arr": PIXELS[:1]}
    good = np.frombuffer(saved(save, **named), np.uint8)
    # Everything but the pixels: that is where the parsers are.
    around = np.r_[0:180, len(good) - 100 : len(good)] if format_ is NPZ else np.arange(80)
    refused = 0
    for _ in range(150):
        bad = good.copy()
        bad[rng.choice(around, 3)] = rng.integers(0, 256, 3)
        path.write_bytes(bad.tobytes())
        try:
            images = format_.read(path)
        except DataError as error:
            refused += 1
            assert "\n" not in str(error)
        else:
            assert images.shape == (1, 28, 28, 1)
    assert refused > 75


def test_the_published_fashion_mnist_is_requested(server, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is where Keras has it; a file of another size is not downloaded."""
    remote = data.get("fashion_mnist").sources.remote
    assert remote.base_url == "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
    server.body = idx()
    monkeypatch.setenv("GANLIB_FASHION_MNIST_URL", server.url)
    report = data.get("fashion_mnist").load().report
    assert server.requests == ["/mirror/train-images-idx3-ubyte.gz"]
    assert report.provenance == (
        f"download failed: the file has {len(server.body):,} bytes, expected 26,421,880; "
        "using the bundled sample"
    )
