"""Files that are not what they should be: one sentence each, and nothing large unpacked."""

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ganlib.data.npz import NpzImages
from ganlib.errors import DataError

IMAGES = NpzImages(key="x_train", side=28, most=1_000)


def npy_header(descr: str, shape: tuple[int, ...], version: int = 1) -> bytes:
    """The head of a .npy file, whatever it claims."""
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text


def write_member(path: Path, content: bytes, name: str = "x_train.npy") -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)


def refusal(path: Path, images: NpzImages = IMAGES) -> str:
    """The sentence, which counting and reading have in common."""
    with pytest.raises(DataError) as counted:
        images.count(path)
    with pytest.raises(DataError) as read:
        images.read(path)
    assert str(read.value) == str(counted.value)
    sentence = str(read.value)
    assert sentence.startswith(str(path))
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence.removeprefix(str(path)).lstrip(": ")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mnist.npz"


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("order", ["C", "F"])
def test_reads_what_numpy_wrote(path: Path, save, order: str) -> None:
    digits = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    save(path, x_train=np.asarray(digits, order=order), y_train=np.arange(5))
    assert IMAGES.count(path) == 5
    read = IMAGES.read(path)
    assert read.shape == (5, 28, 28, 1)
    assert read.dtype == np.uint8
    assert read.flags.c_contiguous
    np.testing.assert_array_equal(read[..., 0], digits)


def test_a_missing_file_and_a_folder(path: Path) -> None:
    assert refusal(path) == "is not a file."
    path.mkdir()
    assert refusal(path) == "is not a file."


def test_an_empty_file(path: Path) -> None:
    path.write_bytes(b"")
    assert refusal(path) == "is empty."


@pytest.mark.parametrize("content", [b"hello", b"\x00" * 5_000, npy_header("|u1", (1, 28, 28))])
def test_not_a_zip(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert refusal(path) == "is not a whole .npz file: File is not a zip file."


def test_the_array_is_missing(path: Path) -> None:
    np.savez(path, images=np.zeros((2, 28, 28), np.uint8), labels=np.zeros(2))
    assert refusal(path) == "has no array 'x_train'; it holds: 'images', 'labels'."


def test_names_of_any_length_and_kind_stay_one_short_sentence(path: Path) -> None:
    write_member(path, b"", name="line\nbreak" + "x" * 5_000 + ".npy")
    assert len(refusal(path)) < 200


def test_a_zip_of_nothing(path: Path) -> None:
    zipfile.ZipFile(path, "w").close()
    assert refusal(path) == "has no array 'x_train'; it holds: nothing."


@pytest.mark.parametrize("dtype", ["float32", "int8", "uint16", "bool"])
def test_wrong_dtype(path: Path, dtype: str) -> None:
    np.savez(path, x_train=np.zeros((2, 28, 28), dtype))
    assert refusal(path) == f"x_train is {dtype}; expected uint8 of (N, 28, 28)."


@pytest.mark.parametrize("shape", [(2, 784), (2, 28, 27), (2, 28, 28, 1), (0, 28, 28), (), (28,)])
def test_wrong_shape(path: Path, shape: tuple[int, ...]) -> None:
    np.savez(path, x_train=np.zeros(shape, np.uint8))
    assert refusal(path) == f"x_train has shape {shape}; expected (N, 28, 28)."


def test_a_negative_count(path: Path) -> None:
    write_member(path, npy_header("|u1", (-5, 28, 28)))
    assert refusal(path) == ("cannot be read as .npz: its header claims the shape (-5, 28, 28).")


class Detonator:
    """Leaves a mark on the class when it is unpickled."""

    went_off = False

    def __reduce__(self) -> tuple:
        return (setattr, (Detonator, "went_off", True))


def test_pickled_objects_are_never_loaded(path: Path) -> None:
    bomb = np.empty((1, 28, 28), object)
    bomb[0, 0, 0] = Detonator()
    np.savez(path, x_train=bomb)
    assert "holds pickled Python objects, which are never loaded" in refusal(path)
    assert not Detonator.went_off
    # The same file does go off where pickles are allowed, so the check above can fail.
    with np.load(path, allow_pickle=True) as arrays:
        arrays["x_train"]
    assert Detonator.went_off


def peak_bytes(path: Path) -> int:
    tracemalloc.start()
    try:
        refusal(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("count", [1_001, 10**11, 10**30])
def test_a_header_that_claims_too_much_allocates_nothing(path: Path, count: int) -> None:
    write_member(path, npy_header("|u1", (count, 28, 28)))
    assert refusal(path) == f"x_train claims {count:,} images; at most 1,000 are read."
    assert peak_bytes(path) < 2_000_000


def test_a_bomb_is_not_unpacked(path: Path) -> None:
    """51,000 black images, as they should be but for their number: 40 MB in 40 kB."""
    np.savez_compressed(path, x_train=np.zeros((51_000, 28, 28), np.uint8))
    assert path.stat().st_size < 100_000
    assert refusal(path) == "x_train claims 51,000 images; at most 1,000 are read."
    assert peak_bytes(path) < 2_000_000


def test_a_bomb_behind_a_modest_header(path: Path) -> None:
    write_member(path, npy_header("|u1", (2, 28, 28)) + bytes(40_000_000))
    assert "claims 2 images, but its size does not fit them" in refusal(path)
    assert peak_bytes(path) < 2_000_000


def test_a_header_that_is_itself_a_bomb(path: Path) -> None:
    head = b"\x93NUMPY\x02\x00" + struct.pack("<I", 40_000_000)
    write_member(path, head + b" " * 40_000_000)
    assert refusal(path).startswith("cannot be read as .npz: ")
    assert peak_bytes(path) < 2_000_000


def test_fewer_images_than_claimed(path: Path) -> None:
    write_member(path, npy_header("|u1", (3, 28, 28)) + bytes(2 * 784))
    assert "claims 3 images, but its size does not fit them; the file is damaged" in refusal(path)


def test_the_other_npy_version_is_read_and_an_unknown_one_is_not(path: Path) -> None:
    write_member(path, npy_header("|u1", (1, 28, 28), version=2) + bytes([7]) * 784)
    assert IMAGES.read(path).tolist() == np.full((1, 28, 28, 1), 7).tolist()
    write_member(path, npy_header("|u1", (1, 28, 28), version=3) + bytes(784))
    assert refusal(path) == "x_train is in .npy format (3, 0); expected (1, 0) or (2, 0)."


def test_damaged_pixels_are_noticed_on_reading(path: Path) -> None:
    """The headers are whole, so only the checksum of the zip tells."""
    np.savez(path, x_train=np.zeros((50, 28, 28), np.uint8))
    content = bytearray(path.read_bytes())
    content[20_000] = 1
    path.write_bytes(content)
    assert IMAGES.count(path) == 50
    with pytest.raises(DataError, match=r"is not a whole \.npz file: Bad CRC-32"):
        IMAGES.read(path)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short(path: Path, kept: float) -> None:
    digits = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    np.savez_compressed(path, x_train=digits)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    assert refusal(path) == "is not a whole .npz file: File is not a zip file."


def test_damage_anywhere_is_a_sentence_or_harmless(path: Path) -> None:
    """Three random bytes of a good file at a time: read as it was, or refused."""
    rng = np.random.default_rng(0)
    buffer = io.BytesIO()
    digits = rng.integers(0, 256, (1, 28, 28), dtype=np.uint8)
    np.savez(buffer, x_train=digits)
    good = np.frombuffer(buffer.getvalue(), np.uint8)
    # Everything but the pixels: that is where the parsers are.
    around = np.r_[0:180, len(good) - 100 : len(good)]
    refused = 0
    for _ in range(500):
        bad = good.copy()
        bad[rng.choice(around, 3)] = rng.integers(0, 256, 3)
        path.write_bytes(bad.tobytes())
        try:
            images = IMAGES.read(path)
        except DataError as error:
            refused += 1
            assert "\n" not in str(error)
        else:
            assert images.shape == (1, 28, 28, 1)
    assert refused > 250
