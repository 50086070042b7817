"""Arrays come back as they were written, and nothing else comes back."""

import io
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from ganlib.events import Arrays
from ganlib.runs.blobs import Blob, read_blob, write_blob
from ganlib.runs.journal import DamagedError

FILE = "samples/00000100.npz"
ARRAYS: Arrays = {
    "fixed": np.arange(24, dtype=np.uint8).reshape(2, 3, 4),
    "state/a/b": np.array([0.1, np.nan], np.float32),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "scalar": np.array(7, np.int64),
    "empty": np.empty((0, 3)),
}


def put(folder: Path, content: bytes) -> Blob:
    """A file that anybody may have made, with its CRC-32."""
    (folder / "samples").mkdir(exist_ok=True)
    (folder / FILE).write_bytes(content)
    return Blob(FILE, zlib.crc32(content))


def test_arrays_come_back_bit_for_bit_and_numpy_reads_them_too(tmp_path: Path) -> None:
    blob = write_blob(tmp_path, FILE, ARRAYS, sync=False)
    assert blob.file_crc32 == zlib.crc32((tmp_path / FILE).read_bytes())
    found = read_blob(tmp_path, blob)
    with np.load(tmp_path / FILE, allow_pickle=False) as plain:
        for arrays in (found, dict(plain)):
            assert arrays.keys() == ARRAYS.keys()
            for name, array in ARRAYS.items():
                assert (arrays[name].dtype, arrays[name].shape) == (array.dtype, array.shape)
                assert arrays[name].tobytes("A") == array.tobytes("A")
    assert not found["fixed"].flags.writeable


def test_the_same_arrays_make_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_blob(tmp_path, FILE, ARRAYS, sync=False) for _ in range(2))
    assert first == second == TypeAdapter(Blob).validate_python(asdict(first))


def test_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    blob = write_blob(tmp_path, FILE, ARRAYS, sync=False)
    content = (tmp_path / FILE).read_bytes()
    for at in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[at] ^= 1
        (tmp_path / FILE).write_bytes(damaged)
        with pytest.raises(DamagedError, match=r"samples/00000100\.npz is damaged"):
            read_blob(tmp_path, blob)


def test_what_is_missing_or_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match=r"samples/00000100\.npz is missing"):
        read_blob(tmp_path, Blob(FILE, 0))
    (tmp_path / FILE).mkdir(parents=True)
    with pytest.raises(DamagedError, match=r"samples/00000100\.npz cannot be read"):
        read_blob(tmp_path, Blob(FILE, 0))


def test_objects_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        write_blob(tmp_path, FILE, {"a": np.array([object()])}, sync=False)
    assert not (tmp_path / FILE).exists()


def _npz(member: bytes, compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("fixed.npy", member)
    return file.getvalue()


def _npy(shape: str, descr: str = "'|u1'", data: bytes = b"") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        _npz(_npy("(4,)", data=bytes(4)), zipfile.ZIP_DEFLATED),
        _npz(_npy("(100000000000,)")),
        _npz(_npy("(-1,)", data=bytes(4))),
        _npz(_npy("(1,)", "'|O'", bytes(8))),
        _npz(_npy("(1,)", "[('a', '|O')]", bytes(8))),
        _npz(b"\x93NUMPY\x03\x00"),
        _npz(_npy("(__import__('os'),)")),
        _npz(b""),
    ],
    ids=range(10),
)
def test_a_file_that_somebody_else_made_is_refused(tmp_path: Path, content: bytes) -> None:
    blob = put(tmp_path, content)
    with pytest.raises(DamagedError, match="is damaged"):
        read_blob(tmp_path, blob)


@pytest.mark.parametrize(
    "fields",
    [
        None,
        {},
        {"file": FILE},
        {"file": FILE, "file_crc32": "0"},
        {"file": "../samples/1.npz", "file_crc32": 0},
        {"file": "samples/../../1.npz", "file_crc32": 0},
        {"file": "/samples/1.npz", "file_crc32": 0},
        {"file": "journal.jsonl", "file_crc32": 0},
    ],
)
def test_a_blob_lies_in_its_folder(fields: object) -> None:
    with pytest.raises(ValueError):
        TypeAdapter(Blob).validate_python(fields)
