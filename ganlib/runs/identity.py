"""Run ids: readable, sortable by minute, and impossible to guess."""

import re
import secrets
from datetime import datetime, timezone

from ganlib.errors import RunError, quote

# [0-9], because \d also matches digits of other scripts.
RUN_ID = "[0-9]{8}-[0-9]{4}-[0-9a-f]{12}"


def new_run_id() -> str:
    """Returns an id such as "20261122-0203-a1b2c3d4e5f6": UTC date, time and 48 random bits."""
    return f"{datetime.now(timezone.utc):%Y%m%d-%H%M}-{secrets.token_hex(6)}"


def is_run_id(text: str) -> bool:
    """True if `text` has the form of a run id, and so is safe as the name of a folder."""
    return re.fullmatch(RUN_ID, text) is not None


def checked_run_id(text: str) -> str:
    """Returns `text` if it has the form of a run id.

    Raises:
        RunError: it does not.
    """
    if not is_run_id(text):
        raise RunError(
            f"A run id is a date, a time and 12 letters or digits, "
            f"like 20261122-0203-a1b2c3d4e5f6. Received: {quote(text)}."
        )
    return text


def utc_now() -> str:
    """Returns the current time in UTC as ISO 8601 with microseconds."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")
