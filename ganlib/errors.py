"""Errors with messages for the user: the problem, the value received and what is allowed."""

from typing import Any

# Longest path in a message.
PATH = 200


def quote(value: Any, most: int = 60) -> str:
    """Formats a value for a message: a text in quotes, and long values shortened.

    Args:
        value: any value.
        most: greatest number of characters.
    """
    text = repr(value)
    return text if len(text) <= most else text[: most - 3] + "..."


class UserError(Exception):
    """An error that the user can cause or fix. Its text is shown to the user."""


class ConfigError(UserError):
    """A knob does not exist or has a value that is not allowed."""


class DataError(UserError):
    """A dataset could not be found, downloaded or read."""


class DownloadError(DataError):
    """A file could not be downloaded.

    Args:
        name: of the file.
        reason: a clause without a full stop.
        passing: whether another attempt may succeed.
    """

    def __init__(self, name: str, reason: str, *, passing: bool = False):
        self.reason = reason
        self.passing = passing
        super().__init__(f"The download of {name} failed: {reason}.")


class RunError(UserError):
    """A run does not exist, is in use, or cannot do what was asked."""


class DivergedError(UserError):
    """Training produced a value that is not finite.

    Args:
        step: the first step (counted from 1) with a metric that is not finite.
        names: of the metrics that are not finite at that step.
    """

    def __init__(self, step: int, names: list[str]):
        self.step = step
        self.names = names
        metrics = " and ".join(name.replace("_", " ") for name in names)
        verb = "was" if len(names) == 1 and not names[0].endswith("weights") else "were"
        super().__init__(
            f"Training diverged: {metrics} {verb} no longer a finite number at step {step:,}. "
            "Lower learning rates or a gradient clip often help."
        )
