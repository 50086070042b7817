"""The command line: every way of using this library without a page."""

import os
import signal
import sys
from collections.abc import Sequence

from ganlib.cli.arguments import read_arguments
from ganlib.cli.commands import COMMANDS
from ganlib.cli.report import one_line
from ganlib.errors import UserError

__all__ = ["main"]

_FAILED = 1
_USER_ERROR = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Carries out one command.

    Args:
        argv: what stands behind `python -m ganlib`; None takes it from this process.

    Returns:
        The exit code: 0 done, 1 failed, 2 something the user can mend, 130 or 143 stopped
        by Ctrl-C or SIGTERM. All but 0 leave one line on standard error.
    """
    try:
        arguments = read_arguments(sys.argv[1:] if argv is None else argv)
        code = COMMANDS[arguments.command](arguments)
        sys.stdout.flush()
        return code
    except UserError as error:
        _say(str(error))
        return _USER_ERROR
    except BrokenPipeError:
        # Whoever read our output has enough of it; Python must not fail on it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILED
    except OSError as error:
        _say(f"{type(error).__name__}: {error}.")
        return _FAILED
    except KeyboardInterrupt:
        _say("Interrupted.")
        return 128 + signal.SIGINT


def _say(text: str) -> None:
    print(one_line(text), file=sys.stderr)
