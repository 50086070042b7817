"""Parser of the command line."""

import argparse
import math
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, get_args

from ganlib.errors import ConfigError, quote
from ganlib.runs.groups import MAX_SEEDS
from ganlib.runs.status import State

_RECEIVED_CHARACTERS = 100
_MAX_COUNT = 1_000
_MAX_PORT = 65_535
_MAX_WORKERS = 256
_STEP_DIGITS = 8
_MAX_RUNS, _SAMPLES, _MAX_SAMPLES, _MAX_SEED = 1_000_000, 25, 100_000, 1_000_000
_RUN = "id or name of a run, or the beginning of one"
# Orders of the list of runs; see `run_commands.runs`.
SORTS = ("created", "name", "recipe", "state", "step", "quality")


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


def command_line() -> argparse.ArgumentParser:
    """Returns the parser of all commands, from which shells learn to complete them."""
    return _parsers("ganlib")[0]


def _parsers(prog: str = "python -m ganlib") -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(
        prog,
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
    train.add_argument(
        "--seeds",
        metavar="N",
        type=_whole_number("--seeds takes", MAX_SEEDS),
        help="train N runs, with the seeds S, S + 1, ..., and report on them as a group",
    )
    search = add("search", "Search for good settings of a recipe, in many runs.")
    _add_search(search)
    resume = add("resume", "Continue a run from its newest checkpoint.")
    fork = add("fork", "Train a new run from a checkpoint of another run.")
    fork.add_argument(
        "--step", metavar="N", type=_step, help="step of the checkpoint; otherwise the newest"
    )
    evaluate = add("evaluate", "Score the generator in a run's newest checkpoint.")
    for command in (resume, fork, evaluate):
        command.add_argument("run_id", metavar="RUN_ID", help=_RUN)
    changed = _add_run_commands(add)
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
    for command in (train, fork, search):
        _add_knob(command, "--set", "KNOB=VALUE", "set a knob; can be repeated", _knob)
    for command, meaning in (
        (train, "number of generator updates"),
        (search, "number of generator updates of each run"),
        (resume, "new total number of generator updates"),
        (fork, "total number of generator updates, including those before the fork"),
    ):
        _add_knob(command, "--steps", "N", meaning, lambda text: ("steps", text))
    _add_knob(train, "--seed", "S", "seed of all random numbers", lambda text: ("seed", text))
    for command in (train, search, resume, fork, evaluate, *changed.values()):
        command.add_argument(
            "--runs",
            metavar="DIR",
            type=_folder,
            help="folder of runs; otherwise GANLIB_RUNS, or runs",
        )
    printed = (changed["runs"], changed["show"], changed["compare"])
    for command in (listing, train, search, resume, fork, evaluate, bench, *printed):
        command.add_argument("--json", action="store_true", help="print JSON")
    completion = add("completion", "Print a script that completes commands in a shell.")
    completion.add_argument("shell", choices=("bash", "zsh"), help="name of the shell")
    return parser, dict(parsers.choices)


def _add_run_commands(add: Callable[[str, str], _Parser]) -> dict[str, _Parser]:
    """Adds the commands on runs that exist; returns them by name."""
    found = {
        name: add(name, help)
        for name, help in (
            ("runs", "List runs, newest first."),
            ("show", "Print state, scores and settings of a run."),
            ("logs", "Print what happened in a run."),
            ("pause", "Pause a run, whichever process trains it; `resume` continues it."),
            ("stop", "Stop a run with a checkpoint, whichever process trains it."),
            ("checkpoint", "Save a checkpoint of a run now, whichever process trains it."),
            ("rename", "Rename a run."),
            ("note", "Replace the note of a run."),
            ("delete", "Delete runs and all their files."),
            ("sample", "Generate samples with the newest checkpoint of a run."),
            ("compare", "Compare the quality and the settings of runs."),
        )
    }
    for name in ("show", "logs", "pause", "stop", "checkpoint", "rename", "note", "sample"):
        found[name].add_argument("run", metavar="RUN", help=_RUN)
    for name in ("delete", "compare"):
        found[name].add_argument("of", metavar="RUN", nargs="+", help=_RUN)
    runs = found["runs"]
    runs.add_argument("--recipe", metavar="RECIPE", help="only runs of this recipe")
    runs.add_argument(
        "--state", choices=(*get_args(State), "damaged"), help="only runs in this state"
    )
    runs.add_argument("--tag", metavar="TAG", help="only runs with this tag")
    runs.add_argument("--group", metavar="NAME", help="only runs of this group")
    runs.add_argument("--search", metavar="TEXT", help="only runs with these words in name or note")
    runs.add_argument(
        "--sort",
        choices=SORTS,
        default="created",
        help="order of the list; newest first by default",
    )
    runs.add_argument(
        "--limit", metavar="N", type=_whole_number("--limit takes", _MAX_RUNS), help="at most N"
    )
    runs.add_argument("--watch", action="store_true", help="refresh the list every two seconds")
    found["logs"].add_argument(
        "--follow", action="store_true", help="keep printing until the run ends"
    )
    found["rename"].add_argument("name", metavar="NAME", help="the new name")
    found["note"].add_argument("text", metavar="TEXT", help="the new note; may be empty")
    sample = found["sample"]
    sample.add_argument(
        "--to", metavar="FILE", type=Path, required=True, help=".png or .csv, or .npy for an array"
    )
    sample.add_argument(
        "--count",
        metavar="N",
        type=_whole_number("--count takes", _MAX_SAMPLES),
        default=_SAMPLES,
        help=f"number of samples; otherwise {_SAMPLES}",
    )
    sample.add_argument(
        "--seed",
        metavar="S",
        type=_whole_number("--seed takes", _MAX_SEED),
        default=1,
        help="seed of the noise; otherwise 1",
    )
    return found


def given_knobs(arguments: argparse.Namespace) -> dict[str, str]:
    """Returns the values that options give to knobs, as text by name of the knob.

    Raises:
        ConfigError: a knob is given twice.
    """
    given: dict[str, str] = {}
    for name, text in arguments.knobs or []:
        if name in given:
            raise ConfigError(
                f"{name} may be given only once. Received: {quote(given[name])} and {quote(text)}."
            )
        given[name] = text
    return given


def _add_search(search: _Parser) -> None:
    """Adds the arguments of the command `search`; without an option, a study keeps its own."""
    search.add_argument("recipe", metavar="RECIPE", help="its name, as `recipes` lists it")
    search.add_argument(
        "--knobs",
        dest="searched",
        metavar="KNOBS",
        help="knobs to search, separated by commas, such as "
        "batch_size,beta_1=0:0.9,generator_learning_rate=1e-5:1e-2:log,optimiser=adam|rmsprop",
    )
    search.add_argument(
        "--objective",
        metavar="SCORE",
        help="score to improve, or two separated by a comma; time is seconds of training",
    )
    for name, metavar, help in (
        ("sampler", "NAME", "tpe, which learns from earlier trials (default), random or grid"),
        ("study", "NAME", "name of the study, to continue it; otherwise made from the settings"),
        ("storage", "URL", "database of studies; otherwise search.db in the folder of runs"),
    ):
        search.add_argument(f"--{name}", metavar=metavar, help=help)
    search.add_argument(
        "--prune",
        metavar="NAME",
        nargs="?",
        const="third",
        help="stop a trial early if its best score so far is not among the best third of the "
        "finished trials (third, if no name is given), is worse than their median (median), or as "
        "Optuna's hyperband says",
    )
    for name, most, help in (
        ("trials", _MAX_RUNS, "total number of trials, including those that have ended"),
        ("workers", _MAX_WORKERS, "number of processes that train trials; otherwise 1"),
        ("seeds", _MAX_COUNT, "runs of each trial, with different seeds; otherwise 1"),
        ("points", _MAX_COUNT, "values of each range in a grid; otherwise 5"),
    ):
        search.add_argument(
            f"--{name}", metavar="N", type=_whole_number(f"--{name} takes", most), help=help
        )
    search.add_argument(
        "--minutes", metavar="M", type=_minutes, help="start no new trial after M minutes"
    )
    search.add_argument(
        "--seed",
        dest="sampler_seed",
        metavar="S",
        type=_whole_number("--seed takes", _MAX_SEED, least=0),
        help="seed of the sampler; otherwise 0",
    )


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


def _whole_number(option_takes: str, most: int, *, least: int = 1) -> Callable[[str], int]:
    """Returns a parser of whole numbers.

    Args:
        option_takes: beginning of the error message, such as "--port takes".
        most: greatest number.
        least: smallest number, not below 0.
    """

    def read(text: str) -> int:
        # The length is checked first: Python refuses to convert thousands of digits.
        if not text.isdecimal() or len(text) > len(str(most)) or not least <= int(text) <= most:
            raise ConfigError(
                f"{option_takes} a whole number from {least} to {most:,}. Received: {quote(text)}."
            )
        return int(text)

    return read


def _minutes(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 < found < math.inf:
        raise ConfigError(f"--minutes takes a number above 0. Received: {quote(text)}.")
    return found


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
