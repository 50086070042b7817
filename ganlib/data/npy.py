"""Reads headers of .npy files, which may be damaged or malicious."""

import io
import warnings
from dataclasses import dataclass

import numpy as np

_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
# NumPy refuses headers above 10,000 characters; a usual one has about 70.
HEADER_BYTES = 10_240


class NotNpy(ValueError):
    """The bytes are not the beginning of a .npy file; the text says why, as a clause."""


@dataclass(frozen=True)
class Header:
    """The header of a .npy file.

    Args:
        shape: of the array.
        dtype: of the array.
        fortran_order: True if the first index varies fastest.
        size: bytes before the first value.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    fortran_order: bool
    size: int


def read_header(head: bytes) -> Header:
    """Reads the header of a file without allocating what it claims.

    Args:
        head: the file's first bytes: `HEADER_BYTES` of them, or all it has.

    Raises:
        NotNpy: the file has another format version.
        ValueError: NumPy cannot read the header.
    """
    stream = io.BytesIO(head)
    version = np.lib.format.read_magic(stream)
    if version not in _READERS:
        # Version 3.0 exists for names of fields beyond Latin-1, which images do not have.
        raise NotNpy(f"is in .npy format {version}; expected (1, 0) or (2, 0)")
    try:
        with warnings.catch_warnings():
            # NumPy warns of headers that Python 2 wrote, and reads them.
            warnings.simplefilter("ignore", UserWarning)
            shape, fortran_order, dtype = _READERS[version](stream)
    # Malformed headers raise a dozen kinds of exceptions, with texts about syntax trees.
    except Exception as error:
        raise ValueError("its header cannot be read") from error
    if not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError(f"its header claims the shape {short(str(shape))}")
    return Header(shape, dtype, fortran_order, stream.tell())


def short(text: str) -> str:
    """Cuts a text from a file to a length that fits into a sentence."""
    return text if len(text) <= 120 else text[:117] + "..."


def first_line(error: Exception) -> str:
    """Returns an exception's first line without a full stop, cut to fit into a sentence."""
    lines = str(error).splitlines()
    return short(lines[0].rstrip(".")) if lines else type(error).__name__
