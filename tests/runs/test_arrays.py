import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ganlib.runs.arrays import _contents, read_arrays, write_arrays
from ganlib.runs.documents import DamagedError

ARRAYS = {
    "step": np.array(7),
    "a/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "file": np.asfortranarray(np.arange(6, dtype=np.int64).reshape(2, 3)),
    "none": np.empty((0, 3), np.uint8),
}


def _equal(left: dict[str, np.ndarray], right: dict[str, np.ndarray]) -> bool:
    return left.keys() == right.keys() and all(
        left[name].dtype == right[name].dtype and np.array_equal(left[name], right[name])
        for name in left
    )


def test_arrays_come_back(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    write_arrays(path, ARRAYS, sync=True)
    assert _equal(read_arrays(path), ARRAYS)
    with np.load(path, allow_pickle=False) as stored:
        assert _equal(dict(stored), ARRAYS)


def test_no_flipped_bit_changes_a_number(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    write_arrays(path, ARRAYS, sync=False)
    content = path.read_bytes()
    refused = 0
    for index in range(len(content)):
        flipped = bytearray(content)
        flipped[index] ^= 1 << (index % 8)
        path.write_bytes(flipped)
        try:
            assert _equal(read_arrays(path), ARRAYS)
        except DamagedError:
            refused += 1
    # What is left are dates, attributes and the like.
    assert refused > 0.7 * len(content)


def test_every_cut_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    write_arrays(path, ARRAYS, sync=False)
    content = path.read_bytes()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(DamagedError, match=r"a\.npz is damaged"):
            read_arrays(path)


def _member(header: np.ndarray | bytes) -> bytes:
    if isinstance(header, bytes):
        return header
    stream = io.BytesIO()
    np.save(stream, header, allow_pickle=True)
    return stream.getvalue()


def _claim(shape: tuple[int, ...]) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": "<f4", "fortran_order": False, "shape": shape}
    )
    return stream.getvalue() + b"\0" * 8


@pytest.mark.parametrize(
    ("content", "compression"),
    [
        (_member(np.array([{"a": 1}], object)), zipfile.ZIP_STORED),
        (_claim((10**11,)), zipfile.ZIP_STORED),
        (_claim((3,)), zipfile.ZIP_STORED),
        (_member(np.zeros(10**6)), zipfile.ZIP_DEFLATED),
        (b"not an array", zipfile.ZIP_STORED),
    ],
    ids=["pickle", "absurd shape", "wrong shape", "bomb", "foreign"],
)
def test_foreign_members_are_refused(tmp_path: Path, content: bytes, compression: int) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("a.npy", content)
        archive.comment = _contents(["a.npy"])
    with pytest.raises(DamagedError, match=r"a\.npz is damaged"):
        read_arrays(path)


def test_objects_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"'a' must be of plain numbers\. Received: object"):
        write_arrays(tmp_path / "a.npz", {"a": np.array([None])}, sync=False)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_in_another_place_is_told_and_one_of_an_earlier_version_is_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.npz"
    write_arrays(path, ARRAYS, sync=False)
    copied = tmp_path / "b.npz"
    copied.write_bytes(path.read_bytes())
    with pytest.raises(
        DamagedError, match=r"/b\.npz is the copy of another file, so it is not read"
    ):
        read_arrays(copied)
    with zipfile.ZipFile(copied, "a") as archive:
        archive.comment = _contents(archive.namelist())
    assert _equal(read_arrays(copied), ARRAYS)
