"""Files that are not what they are called, or claim what they do not hold."""

import io
import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np


def npy(descr: str = "'|u1'", shape: str = "(3, 784)", body: bytes = b"") -> bytes:
    """A .npy file with the given header, whatever follows it."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + body


class Runs:
    """What makes the file `unpickled` where somebody unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, ("unpickled", "w")


PICKLED = npy("'|O'", "(3,)", body=pickle.dumps([Runs()] * 3))
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))
CSV = b"x,y\n1,2\n2,3\n4,5\n"


def zip_of_claims() -> bytes:
    """An .npz file that claims to hold more images than any MNIST has."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x_train.npy", npy(shape="(400000, 28, 28)"))
    return file.getvalue()


def parquet_bomb() -> bytes:
    """A few kB that unpack to more numbers than are read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    part = pa.table({"x": np.zeros(2_000_000, np.int8)})
    file = io.BytesIO()
    with pq.ParquetWriter(file, part.schema, compression="zstd") as writer:
        for _ in range(63):
            writer.write_table(part, row_group_size=2_000_000)
    return file.getvalue()


# By name; made when they are needed.
CONTENTS: dict[str, Callable[[], bytes]] = {
    # Drawings
    "much.npy": lambda: npy(shape="(100000000000, 784)"),
    "product.npy": lambda: npy(shape="(23529465, 28, 28)"),
    "negative.npy": lambda: npy(shape="(-3, 784)"),
    "call.npy": lambda: npy(shape="__import__('os').abort()"),
    "pickled.npy": lambda: PICKLED,
    "short.npy": lambda: npy(body=bytes(100)),
    "empty.npy": bytes,
    # Tables
    "png.csv": lambda: PNG,
    "lines.csv": lambda: b"\n\r\n\n",
    "mixed.csv": lambda: "größe\nä\n".encode("latin1") + "ö\n".encode(),
    "quotes.csv": lambda: b"x," + b'","' * 250_000 + b"\n1,2\n",
    "wide.csv": lambda: b",".join(b"c%d" % at for at in range(1_000_000)) + b"\n",
    "index.csv": lambda: b"a\n" + (b"1," * 99_999 + b"1\n") * 3,
    "line.csv": lambda: b"x\n" + b"9" * 2_000_000 + b"\n1\n2\n",
    "infinite.csv": lambda: b"x\nnan\ninf\n-inf\n1e999\n",
    "markup.csv": lambda: b"<img src=x onerror=alert(1)>\na\nb\n",
    "npy.parquet": lambda: npy(body=bytes(3 * 784)),
    "footer.parquet": lambda: b"PAR1" + struct.pack("<I", 2**31 - 1) + b"PAR1",
    "bomb.parquet": parquet_bomb,
    "product2.npy": lambda: npy("'<f8'", "(4294967296, 4294967296)"),
    "complex.npy": lambda: npy("'<c16'", "(3,)", body=bytes(48)),
    "good.csv": lambda: CSV,
    # A dataset's file
    "mnist.npz": zip_of_claims,
    # Settings
    "good.json": lambda: b'{"steps": 5}',
    "presets.json": lambda: json.dumps({"preset": "plain GAN", "steps": 5}).encode(),
    "large.json": lambda: b'{"steps": ' + b" " * 1_000_000 + b"5}",
}

# What is no file of bytes.
OTHERS: dict[str, Callable[[Path], object]] = {
    "fifo": os.mkfifo,
    "folder": Path.mkdir,
    "circle": lambda path: path.symlink_to(path.name),
    "nowhere": lambda path: path.symlink_to(path.parent / "gone"),
    "device": lambda path: path.symlink_to("/dev/zero"),
}


def make(folder: Path, name: str) -> None:
    """Makes the file of that name, one of `OTHERS` with any suffix, or "name=other"."""
    name, _, kind = name.partition("=")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if other := OTHERS.get(kind or path.name.partition(".")[0]):
        other(path)
    else:
        path.write_bytes(CONTENTS[path.name]())
