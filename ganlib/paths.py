"""Paths that a user gives, looked at before anything is opened."""

import os
from pathlib import Path

from ganlib.errors import PATH, DataError, quote


def user_path(text: str, what: str) -> Path:
    """The path that the text names, with a leading ~ taken for a home folder.

    Args:
        text: as it was given.
        what: which knob, option or variable it was given for.

    Raises:
        DataError: it begins with the home folder of nobody.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise DataError(
            f"{what} must be a path; there is no such home folder. Received: {quote(text, PATH)}."
        ) from None


def regular_file(path: Path, told: str) -> os.stat_result:
    """What is known of a file of bytes; nothing is opened, for a FIFO would hold us up.

    Args:
        path: where it should be. A link to a file is one.
        told: how sentences call it.

    Raises:
        DataError: it is not there, cannot be looked at, or is something else: a folder, a
            device, a FIFO.
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "there can be no such path"
        raise DataError(f"{told} cannot be read: {reason}.") from None
    if not path.is_file():
        raise DataError(f"{told} is not a file.")
    return found
