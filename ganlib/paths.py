"""Checks paths given by a user, before a file is opened."""

import os
from pathlib import Path

from ganlib.errors import PATH, DataError, quote


def user_path(text: str, what: str) -> Path:
    """Returns a path, with a leading ~ replaced by the home folder.

    Args:
        text: the user's input.
        what: name of the knob, option or variable, for the message.

    Raises:
        DataError: the home folder of an unknown user.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise DataError(
            f"{what} must be a path; there is no such home folder. Received: {quote(text, PATH)}."
        ) from None


def regular_file(path: Path, name: str) -> os.stat_result:
    """Returns `os.stat` of a regular file. The file is not opened, since a FIFO would block.

    Args:
        path: of the file, or of a link to it.
        name: of the file in messages.

    Raises:
        DataError: the file does not exist, cannot be accessed, or is a folder, a device or a
            FIFO.
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "such a path cannot exist"
        raise DataError(f"{name} cannot be read: {reason}.") from None
    if not path.is_file():
        raise DataError(f"{name} is not a file.")
    return found
