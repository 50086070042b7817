"""Parser of the command line."""

import argparse
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from ganlib.errors import ConfigError, quote

_RECEIVED_CHARACTERS = 100
_MAX_COUNT = 1_000
_MAX_PORT = 65_535
_STEP_DIGITS = 8


def read_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Parses the arguments of one command.

    Args:
        argv: arguments after `python -m ganlib`.
    Returns:
        The arguments, with the name of the command in `command`. The options --set, --steps and
        --seed are collected in `knobs`, as pairs of name and text in the given order.

    Raises:
        ConfigError: the arguments are not those of a command.
    """
    parser, commands = _parsers()
    if not argv:
        raise ConfigError(f"A command is missing. Allowed: {', '.join(commands)}.")
    if argv[0] not in (*commands, "-h", "--help"):
        raise ConfigError(f"There is no command {quote(argv[0])}. Allowed: {', '.join(commands)}.")
    try:
        arguments, unknown = parser.parse_known_args(argv)
    except _ArgumentError as error:
        raise ConfigError(f"{error} Received: {_quote(argv)}.") from None
    if unknown:
        takes = commands[arguments.command].takes()
        raise ConfigError(f"{arguments.command} does not take {_quote(unknown)}. It takes {takes}.")
    return arguments


class _ArgumentError(Exception):
    """An error of argparse, as one sentence."""


class _Parser(argparse.ArgumentParser):
    """Raises an exception where argparse would print its usage and exit."""

    def error(self, message: str) -> NoReturn:
        name = self.prog.split()[-1]
        raise _ArgumentError(f"{name}: {message}. It takes {self.takes()}.")

    def takes(self) -> str:
        """Returns all arguments as the user writes them, separated by commas."""
        actions = [action for action in self._actions if action.dest != "help"]
        return ", ".join(
            " ".join(filter(None, [*action.option_strings[:1], str(action.metavar or "")]))
            for action in actions
        )


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(
        "python -m ganlib",
        description="Train generative adversarial networks and watch them learn.",
        allow_abbrev=False,
    )
    parsers = parser.add_subparsers(dest="command", metavar="COMMAND")

    def add(name: str, help: str) -> _Parser:
        command: _Parser = parsers.add_parser(name, help=help, description=help, allow_abbrev=False)
        return command

    dashboard = add("dashboard", "Serve the dashboard on this machine and open it in a browser.")
    dashboard.add_argument(
        "--port",
        metavar="N",
        type=_whole_number("--port takes", _MAX_PORT),
        help="port to listen on; otherwise Streamlit chooses",
    )
    dashboard.add_argument(
        "--no-browser", action="store_true", help="print the address without opening a browser"
    )
    listing = add("recipes", "List all recipes.")
    source = add("source", "Print a recipe as one file of plain Keras and TensorFlow.")
    source.add_argument("recipe", metavar="RECIPE", help="its name, as `recipes` lists it")
    train = add("train", "Train a recipe.")
    train.add_argument("recipe", metavar="RECIPE", help="its name, as `recipes` lists it")
    train.add_argument(
        "--config",
        dest="configs",
        metavar="FILE",
        action="append",
        help="JSON file of settings, such as one saved from a page; --set overrides them",
    )
    resume = add("resume", "Continue a run from its newest checkpoint.")
    fork = add("fork", "Train a new run from a checkpoint of another run.")
    fork.add_argument(
        "--step", metavar="N", type=_step, help="step of the checkpoint; otherwise the newest"
    )
    evaluate = add("evaluate", "Score the generator in a run's newest checkpoint.")
    for command in (resume, fork, evaluate):
        command.add_argument("run_id", metavar="RUN_ID", help="id of the run, as `train` prints it")
    bench = add("bench", "Compare the speed of training with the books' own loops.")
    bench.add_argument(
        "recipes", metavar="RECIPE", nargs="*", help="recipes of a book; otherwise all five"
    )
    for name, default, meaning in (
        ("repeats", 5, "measurements of each recipe"),
        ("seconds", 4, "length of one measurement"),
    ):
        bench.add_argument(
            f"--{name}",
            metavar="N",
            type=_whole_number("--repeats and --seconds take", _MAX_COUNT),
            default=default,
            help=f"{meaning}; otherwise {default}",
        )
    bench.add_argument("--chart", metavar="FILE", type=Path, help="also write a chart, as HTML")
    for command in (train, fork):
        _add_knob(command, "--set", "KNOB=VALUE", "set a knob; can be repeated", _knob)
    for command, meaning in (
        (train, "number of generator updates"),
        (resume, "new total number of generator updates"),
        (fork, "total number of generator updates, including those before the fork"),
    ):
        _add_knob(command, "--steps", "N", meaning, lambda text: ("steps", text))
    _add_knob(train, "--seed", "S", "seed of all random numbers", lambda text: ("seed", text))
    for command in (train, resume, fork, evaluate):
        command.add_argument(
            "--runs",
            metavar="DIR",
            type=_folder,
            help="folder of runs; otherwise GANLIB_RUNS, or runs",
        )
    for command in (listing, train, resume, fork, evaluate, bench):
        command.add_argument("--json", action="store_true", help="print JSON")
    return parser, dict(parsers.choices)


def _add_knob(
    parser: _Parser, option: str, metavar: str, help: str, read: Callable[[str], tuple[str, str]]
) -> None:
    """Adds an option that sets a knob; `read` returns the knob's name and its value as text."""
    parser.add_argument(
        option, dest="knobs", metavar=metavar, action="append", type=read, help=help
    )


def _knob(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise ConfigError(f"--set takes KNOB=VALUE, such as steps=3000. Received: {quote(text)}.")
    return name, value


def _whole_number(option_takes: str, most: int) -> Callable[[str], int]:
    """Returns a parser of whole numbers from 1 to `most`.

    Args:
        option_takes: beginning of the error message, such as "--port takes".
        most: greatest number.
    """

    def read(text: str) -> int:
        # The length is checked first: Python refuses to convert thousands of digits.
        if not text.isdecimal() or len(text) > len(str(most)) or not 1 <= int(text) <= most:
            raise ConfigError(
                f"{option_takes} a whole number from 1 to {most:,}. Received: {quote(text)}."
            )
        return int(text)

    return read


def _step(text: str) -> int:
    if not text.isdecimal() or len(text) > _STEP_DIGITS:
        raise ConfigError(f"--step takes the step of a checkpoint. Received: {quote(text)}.")
    return int(text)


def _folder(text: str) -> Path:
    if not text:
        raise ConfigError("--runs takes the name of a folder. Received: ''.")
    return Path(text)


def _quote(argv: Sequence[str]) -> str:
    text = shlex.join(argv)
    return text if len(text) <= _RECEIVED_CHARACTERS else text[: _RECEIVED_CHARACTERS - 3] + "..."
