"""The head of a .npy file that nobody vouches for."""

import io
import warnings
from dataclasses import dataclass

import numpy as np

_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
# numpy refuses headers above 10,000 characters; one of ours has about 70.
HEADER_BYTES = 10_240


class NotNpy(ValueError):
    """The bytes are not the head of a .npy file; the text says why, as a clause."""


@dataclass(frozen=True)
class Header:
    """What a .npy file says of itself.

    Args:
        shape: of the array.
        dtype: of the array.
        fortran_order: whether the first index runs fastest.
        size: bytes before the first value.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    fortran_order: bool
    size: int


def read_header(head: bytes) -> Header:
    """Reads the head of a file; allocates nothing that the head claims.

    Args:
        head: at least the file's first bytes, `HEADER_BYTES` of them where it has so many.

    Raises:
        NotNpy: it is in a version that images never have.
        ValueError: numpy cannot read it.
    """
    stream = io.BytesIO(head)
    version = np.lib.format.read_magic(stream)
    if version not in _READERS:
        # 3.0 exists for names of fields beyond Latin-1, which images do not have.
        raise NotNpy(f"is in .npy format {version}; expected (1, 0) or (2, 0)")
    try:
        with warnings.catch_warnings():
            # Of Python 2, whose headers are read all the same.
            warnings.simplefilter("ignore", UserWarning)
            shape, fortran_order, dtype = _READERS[version](stream)
    # What numpy raises for a header that is no Python literal, or not the one it should be,
    # is of a dozen kinds, and speaks of syntax trees.
    except Exception as error:
        raise ValueError("its header cannot be read") from error
    if not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError(f"its header claims the shape {short(str(shape))}")
    return Header(shape, dtype, fortran_order, stream.tell())


def short(text: str) -> str:
    """What a file says of itself may be of any length; this is fit for a sentence."""
    return text if len(text) <= 120 else text[:117] + "..."


def first_line(error: Exception) -> str:
    """An error's own words, fit for a sentence."""
    lines = str(error).splitlines()
    return short(lines[0].rstrip(".")) if lines else type(error).__name__
