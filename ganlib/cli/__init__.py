"""The command line of the library."""

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
    """Runs one command.

    Args:
        argv: arguments after `python -m ganlib`; None takes them from `sys.argv`.

    Returns:
        The exit code: 0 done, or stopped by another process; 1 failed; 2 user error; 130 or 143
        stopped by Ctrl-C or SIGTERM.
        With any code but 0, one line is written to standard error.
    """
    try:
        arguments = read_arguments(sys.argv[1:] if argv is None else argv)
        code = COMMANDS[arguments.command](arguments)
        sys.stdout.flush()
        return code
    except UserError as error:
        _print_error(str(error))
        return _USER_ERROR
    except BrokenPipeError:
        # The reader of the output has closed it. Python would fail again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILED
    except OSError as error:
        _print_error(f"{type(error).__name__}: {error}.")
        return _FAILED
    except KeyboardInterrupt:
        _print_error("Interrupted.")
        return 128 + signal.SIGINT


def _print_error(text: str) -> None:
    print(one_line(text), file=sys.stderr)
