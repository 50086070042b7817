"""Small JSON documents with a schema version, the name of their file, and a checksum.

The checksum is there because a flipped bit in a digit is still JSON: without it a
damaged file would show a wrong number. The name is there because a file copied from
another run is whole. Documents of an earlier version do not say it, and are read.
"""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ganlib.errors import RunError
from ganlib.runs.durable import replace_bytes
from ganlib.runs.regular import open_regular

SCHEMA = 1


class DamagedError(RunError):
    """A file of a run is missing, cut short, or not what was written."""


class ForeignError(DamagedError):
    """A file of a run is whole, but was written as another file or for another run."""


class TooNewError(RunError):
    """A file of a run was written by a later version of this program."""


def name_of(path: Path) -> str:
    """How a file is called in sentences: by its folder's name and its own."""
    return f"{path.parent.name}/{path.name}"


def read_file(path: Path) -> bytes:
    """All of a file.

    Raises:
        FileNotFoundError: there is none.
        DamagedError: it cannot be read, or is no file.
    """
    try:
        with open_regular(path) as file:
            return file.read()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(name_of(path), error) from None


def unreadable(what: str, error: OSError) -> DamagedError:
    """What is told of a file that the system does not give."""
    return DamagedError(f"{what} cannot be read: {error.strerror or error}.")


def foreign(what: str) -> ForeignError:
    """What is told of a file that is whole but was written as another one."""
    return ForeignError(f"{what} is the copy of another file, so it is not read.")


def encode(body: dict[str, Any], what: str, *, indent: int | None = None) -> bytes:
    """One JSON object ending in a newline; on one line unless indented.

    Args:
        body: values that JSON takes.
        what: the name of the file that it is for, see `name_of`.
        indent: spaces of indentation, for files that people open.
    """
    document = {"schema": SCHEMA, "file": what, **body}
    text = json.dumps({**document, "crc32": _checksum(document)}, indent=indent)
    return text.encode("ascii") + b"\n"


def decode(content: bytes, what: str) -> dict[str, Any]:
    """The body of a document that `encode` made.

    Args:
        content: its bytes.
        what: the file's name, see `name_of`.

    Raises:
        DamagedError: it is not what was written.
        ForeignError: it was written as another file.
        TooNewError: its schema is later than this program knows.
    """
    try:
        document = json.loads(content)
        if not isinstance(document, dict) or not isinstance(document.get("schema"), int):
            raise damaged(what)
        if document.pop("crc32", None) != _checksum(document):
            raise damaged(what)
    except (ValueError, RecursionError):
        raise damaged(what) from None
    if document["schema"] > SCHEMA:
        raise TooNewError(
            f"{what} was written by a later version (schema {document['schema']}); "
            f"this one reads schemas up to {SCHEMA}."
        )
    if document.pop("file", what) != what:
        raise foreign(what)
    del document["schema"]
    return document


def decoded_lines(content: bytes, what: str) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each whole and unharmed line of a log of documents: its body, and the line as it stands.

    Args:
        content: of the log, or a part of it that begins with a line.
        what: the file's name, see `name_of`.

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
    replace_bytes(path, encode(body, name_of(path), indent=1), sync=sync)


def read_document(path: Path) -> dict[str, Any]:
    """The body of the document at `path`.

    Raises:
        DamagedError: it is missing, unreadable or not what was written.
        TooNewError: its schema is later than this program knows.
    """
    try:
        content = read_file(path)
    except FileNotFoundError:
        raise DamagedError(f"{name_of(path)} is missing.") from None
    return decode(content, name_of(path))


def _checksum(document: dict[str, Any]) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return f"{zlib.crc32(canonical.encode('ascii')):08x}"


def damaged(what: str) -> DamagedError:
    """What is told of a file that is not what was written."""
    return DamagedError(f"{what} is damaged.")
