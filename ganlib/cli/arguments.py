"""What may stand on the command line."""

import argparse
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from ganlib.errors import ConfigError, quote

_RECEIVED_CHARACTERS = 100
_MOST = 1_000
_LAST_PORT = 65_535
_STEP_DIGITS = 8


def read_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments of one command, and its name as `command`.

    Knobs are kept in `knobs` as pairs of name and text, in the order in which they were
    given, whichever option they came from.

    Raises:
        ConfigError: they are not what the command takes.
    """
    parser, commands = _parsers()
    if not argv:
        raise ConfigError(f"A command is missing. Allowed: {', '.join(commands)}.")
    if argv[0] not in (*commands, "-h", "--help"):
        raise ConfigError(f"There is no command {quote(argv[0])}. Allowed: {', '.join(commands)}.")
    try:
        arguments, unknown = parser.parse_known_args(argv)
    except _NotTakenError as error:
        raise ConfigError(f"{error} Received: {_shown(argv)}.") from None
    if unknown:
        takes = commands[arguments.command].takes()
        raise ConfigError(f"{arguments.command} does not take {_shown(unknown)}. It takes {takes}.")
    return arguments


class _NotTakenError(Exception):
    """What argparse found wrong, in one sentence."""


class _Parser(argparse.ArgumentParser):
    """Raises where argparse would print its usage and exit."""

    def error(self, message: str) -> NoReturn:
        name = self.prog.split()[-1]
        raise _NotTakenError(f"{name}: {message}. It takes {self.takes()}.")

    def takes(self) -> str:
        """All its arguments, as they are written."""
        actions = [action for action in self._actions if action.dest != "help"]
        return ", ".join(
            " ".join(
                [
                    *action.option_strings[:1],
                    *([str(action.metavar)] if action.metavar is not None else []),
                ]
            )
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
        made: _Parser = parsers.add_parser(name, help=help, description=help, allow_abbrev=False)
        return made

    dashboard = add("dashboard", "Serve the dashboard on this machine and open it in a browser.")
    dashboard.add_argument(
        "--port",
        metavar="N",
        type=_whole("--port takes", _LAST_PORT),
        help="port to listen on; otherwise Streamlit chooses",
    )
    dashboard.add_argument(
        "--no-browser", action="store_true", help="print the address only; open no browser"
    )
    listing = add("recipes", "List everything that can be trained.")
    source = add("source", "Print a recipe as one file of plain Keras and TensorFlow.")
    source.add_argument("recipe", metavar="RECIPE", help="its name, as `recipes` lists it")
    train = add("train", "Train a recipe.")
    train.add_argument("recipe", metavar="RECIPE", help="its name, as `recipes` lists it")
    _add_set(train)
    train.add_argument(
        "--config",
        dest="configs",
        metavar="FILE",
        action="append",
        help="settings as JSON: knobs, or what the page's download holds; --set wins over them",
    )
    _add_steps(train, "generator updates to make")
    train.add_argument(
        "--seed",
        dest="knobs",
        metavar="S",
        action="append",
        type=lambda text: ("seed", text),
        help="decides every random draw",
    )
    resume = add("resume", "Go on with a run from its newest checkpoint.")
    _add_steps(resume, "another total of generator updates, to go on beyond the old one")
    fork = add("fork", "Train a new run from a checkpoint of another one.")
    fork.add_argument(
        "--step",
        metavar="N",
        type=_step,
        help="of the checkpoint; otherwise the newest",
    )
    _add_set(fork)
    _add_steps(fork, "total of generator updates, those before the fork among them")
    evaluate = add("evaluate", "Score the generator in a run's newest checkpoint.")
    for command in (resume, fork, evaluate):
        command.add_argument("run_id", metavar="RUN_ID", help="the run, as `train` printed it")
    bench = add("bench", "Measure how fast training is, beside the books' own loops.")
    bench.add_argument(
        "recipes",
        metavar="RECIPE",
        nargs="*",
        help="recipes of a book; without any, all five",
    )
    for name, default, meaning in (
        ("repeats", 5, "turns of each"),
        ("seconds", 4, "of one turn"),
    ):
        bench.add_argument(
            f"--{name}",
            metavar="N",
            type=_whole("--repeats and --seconds take", _MOST),
            default=default,
            help=f"{meaning}; {default}",
        )
    bench.add_argument("--chart", metavar="FILE", type=Path, help="also write a chart, as HTML")
    for command in (train, resume, fork, evaluate):
        command.add_argument(
            "--runs",
            metavar="DIR",
            type=_folder,
            help="the folder of runs; otherwise the one that GANLIB_RUNS names, or runs",
        )
    for command in (listing, train, resume, fork, evaluate, bench):
        command.add_argument("--json", action="store_true", help="print JSON")
    return parser, dict(parsers.choices)


def _add_set(parser: _Parser) -> None:
    parser.add_argument(
        "--set",
        dest="knobs",
        metavar="KNOB=VALUE",
        action="append",
        type=_knob,
        help="gives a knob another value; as often as there are knobs",
    )


def _add_steps(parser: _Parser, meaning: str) -> None:
    parser.add_argument(
        "--steps",
        dest="knobs",
        metavar="N",
        action="append",
        type=lambda text: ("steps", text),
        help=meaning,
    )


def _knob(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise ConfigError(f"--set takes KNOB=VALUE, such as steps=3000. Received: {quote(text)}.")
    return name, value


def _whole(option_takes: str, most: int) -> Callable[[str], int]:
    """Reads a whole number from 1 to `most`; `option_takes` begins the sentence that refuses."""

    def read(text: str) -> int:
        # Python makes no number of thousands of digits.
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


def _shown(argv: Sequence[str]) -> str:
    text = shlex.join(argv)
    return text if len(text) <= _RECEIVED_CHARACTERS else text[: _RECEIVED_CHARACTERS - 3] + "..."
