"""What a user can be told: one sentence that names the value and what is allowed."""

from typing import Any

# What a sentence has room for of a path, whose end tells more than its beginning.
PATH = 200


def quote(value: Any, most: int = 60) -> str:
    """A value as a sentence names it: in quotes where it is a text, and never long.

    Args:
        value: of any kind.
        most: characters that there is room for.
    """
    text = repr(value)
    return text if len(text) <= most else text[: most - 3] + "..."


class UserError(Exception):
    """Something the user can cause or mend. Its text is shown as it is."""


class ConfigError(UserError):
    """A knob was given a value it does not take, or does not exist."""


class DataError(UserError):
    """A dataset could not be found, fetched or read."""


class DownloadError(DataError):
    """A file could not be fetched.

    Args:
        name: the file's name.
        reason: why, as a clause without a full stop.
        passing: whether trying again may help.
    """

    def __init__(self, name: str, reason: str, *, passing: bool = False):
        self.reason = reason
        self.passing = passing
        super().__init__(f"The download of {name} failed: {reason}.")


class RunError(UserError):
    """A run does not exist, is held by somebody else, or cannot be read."""


class DivergedError(UserError):
    """Training produced a value that is not finite.

    Args:
        step: the first step (counted from 1) whose figures were not finite.
        names: the metrics that were not finite there.
    """

    def __init__(self, step: int, names: list[str]):
        self.step = step
        self.names = names
        what = " and ".join(name.replace("_", " ") for name in names)
        verb = "was" if len(names) == 1 and not names[0].endswith("weights") else "were"
        super().__init__(
            f"Training diverged: {what} {verb} no longer a finite number at step {step:,}. "
            "Lower learning rates or a gradient_clip often help."
        )
