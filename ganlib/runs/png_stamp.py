"""PNG pictures that say where they were written, and are read only when whole and from there.

Every part of a PNG has a CRC-32 of its own, so a picture is as safe as an array once
somebody compares them. One of an earlier version does not say where it is from, and is read.
"""

import struct
import zlib
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# A text chunk, whose keyword ends in a zero byte. Readers of pictures pass it over.
_TEXT, _KEYWORD = b"tEXt", b"ganlib\0"
# Signature, and the header's length, name, 13 bytes and CRC-32: the text may stand behind it.
_AT = 8 + 8 + 13 + 4


def stamp(png: bytes, where: str) -> bytes:
    """The picture, with a word about where it belongs.

    Args:
        png: a whole PNG.
        where: any text.
    """
    body = _TEXT + _KEYWORD + where.encode("utf-8", "surrogateescape")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_AT] + chunk + png[_AT:]


def unstamp(content: bytes, where: str) -> bytes | None:
    """The picture as it was before `stamp`; None where it is not whole, or is from elsewhere."""
    if not content.startswith(_SIGNATURE):
        return None
    found = content
    names = []
    for start, end in _chunks(content):
        names.append(content[start + 4 : start + 8])
        if content[start + 4 :].startswith(_TEXT + _KEYWORD):
            if stamp(content[:start] + content[end:], where) != content:
                return None
            found = content[:start] + content[end:]
    whole = names[:1] == [b"IHDR"] and b"IDAT" in names and names[-1] == b"IEND"
    return found if whole else None


def _chunks(content: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each chunk; an unknown name stands for the rest where that is damaged."""
    at = len(_SIGNATURE)
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        end = at + 12 + length
        crc = int.from_bytes(content[end - 4 : end], "big")
        if end > len(content) or zlib.crc32(content[at + 4 : end - 4]) != crc:
            yield len(content), len(content)
            return
        yield at, end
        at = end
