"""Small JSON documents with a schema version and a checksum.

The checksum is there because a flipped bit in a digit is still JSON: without it a
damaged file would show a wrong number.
"""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ganlib.errors import RunError
from ganlib.runs.durable import replace_bytes

SCHEMA = 1


class DamagedError(RunError):
    """A file of a run is missing, cut short, or not what was written."""


class TooNewError(RunError):
    """A file of a run was written by a later version of this program."""


def encode(body: dict[str, Any], *, indent: int | None = None) -> bytes:
    """One JSON object ending in a newline; on one line unless indented.

    Args:
        body: values that JSON takes.
        indent: spaces of indentation, for files that people open.
    """
    document = {"schema": SCHEMA, **body}
    text = json.dumps({**document, "crc32": _checksum(document)}, indent=indent)
    return text.encode("ascii") + b"\n"


def decode(content: bytes, what: str) -> dict[str, Any]:
    """The body of a document that `encode` made.

    Args:
        content: its bytes.
        what: the file's name, for the sentence.

    Raises:
        DamagedError: it is not what was written.
        TooNewError: its schema is later than this program knows.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise _damaged(what) from None
    if not isinstance(document, dict) or not isinstance(document.get("schema"), int):
        raise _damaged(what)
    if document.pop("crc32", None) != _checksum(document):
        raise _damaged(what)
    if document["schema"] > SCHEMA:
        raise TooNewError(
            f"{what} was written by a later version (schema {document['schema']}); "
            f"this one reads schemas up to {SCHEMA}."
        )
    del document["schema"]
    return document


def decoded_lines(content: bytes, what: str) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each whole and unharmed line of a log of documents: its body, and the line as it stands.

    Args:
        content: of the log, or a part of it that begins with a line.
        what: the file's name, for the sentence.

    Raises:
        TooNewError: a later version wrote one of them.
    """
    for line in content.splitlines(keepends=True):
        try:
            body = decode(line, what)
        except DamagedError:
            continue
        if line.endswith(b"\n"):
            yield body, line


def write_document(path: Path, body: dict[str, Any], *, sync: bool) -> None:
    """Replaces the document at `path`; see `durable.replaced` for `sync`."""
    replace_bytes(path, encode(body, indent=1), sync=sync)


def read_document(path: Path) -> dict[str, Any]:
    """The body of the document at `path`.

    Raises:
        DamagedError: it is missing, unreadable or not what was written.
        TooNewError: its schema is later than this program knows.
    """
    what = f"{path.parent.name}/{path.name}"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DamagedError(f"{what} is missing.") from None
    except OSError as error:
        raise DamagedError(f"{what} cannot be read: {error.strerror}.") from None
    return decode(content, what)


def _checksum(document: dict[str, Any]) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return f"{zlib.crc32(canonical.encode('ascii')):08x}"


def _damaged(what: str) -> DamagedError:
    return DamagedError(f"{what} is damaged.")
