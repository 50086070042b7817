"""The head of a .npy file that nobody vouches for."""

import io
from dataclasses import dataclass

import numpy as np

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
    if version == (1, 0):
        shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, fortran_order, dtype = np.lib.format.read_array_header_2_0(stream)
    else:
        # 3.0 exists for names of fields beyond Latin-1, which images do not have.
        raise NotNpy(f"is in .npy format {version}; expected (1, 0) or (2, 0)")
    return Header(shape, dtype, fortran_order, stream.tell())


def short(text: str) -> str:
    """What a file says of itself may be of any length; this is fit for a sentence."""
    return text if len(text) <= 120 else text[:117] + "..."


def first_line(error: Exception) -> str:
    """An error's own words, fit for a sentence."""
    lines = str(error).splitlines()
    return short(lines[0].rstrip(".")) if lines else type(error).__name__
