"""Every mistake: exit code 2 and one line that names the value and what is allowed."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ganlib import recipes
from ganlib.search import searchable
from tests.support.processes import Said, ended

Command = Callable[..., Said]


@pytest.fixture(autouse=True)
def no_run_begins(monkeypatch: pytest.MonkeyPatch, runs: Path) -> Iterator[None]:
    """Whoever asks for TensorFlow fails, and whoever leaves a run behind."""
    for module in ("tensorflow", "keras", "ganlib.training"):
        monkeypatch.setitem(sys.modules, module, None)
    yield
    assert not runs.exists()


def only_line(said: Said) -> str:
    assert (said.code, said.out) == (2, "")
    [line] = said.err.splitlines()
    return line


# Written out, for the tests above take the sentence from the code under test.
SENTENCES = [
    (("--steps", "0"), "steps must be a whole number from 1 to 10,000,000. Received: '0'."),
    (("--seed", ""), "seed must be a whole number from 0 to 2,147,483,647. Received: ''."),
    (("--set", "beta_1=1"), "beta_1 must be a number, at least 0, below 1. Received: '1'."),
    (("--set", "devices=tpu"), "devices must be one of auto, cpu, gpu. Received: 'tpu'."),
    (
        ("--set", "generator_learning_rate=nan"),
        "generator_learning_rate must be a number, greater than 0, at most 1. Received: 'nan'.",
    ),
    (("--set", "steps"), "--set takes KNOB=VALUE, such as steps=3000. Received: 'steps'."),
    (("--steps", "5", "--set", "steps=5"), "steps may be given only once. Received: '5' and '5'."),
    (
        ("--set", "target=a\nb", "--seed", "-1"),
        "seed must be a whole number from 0 to 2,147,483,647. Received: '-1'. "
        "target must be one of mixture, gaussian, uniform, exponential, log-normal, student-t, "
        "heavy-tail, die, peaks, own. "
        r"Received: 'a\nb'.",
    ),
    (("--runs", ""), "--runs takes the name of a folder. Received: ''."),
]


@pytest.mark.parametrize(("options", "sentence"), SENTENCES)
def test_the_message_says_what_is_allowed(
    command: Command, options: tuple[str, ...], sentence: str
) -> None:
    assert only_line(command("train", "toy/scalar", *options)) == sentence


ALL = (
    "dashboard, recipes, source, train, search, resume, fork, evaluate, runs, show, logs, pause, "
    "stop, checkpoint, rename, note, delete, sample, compare, bench, completion"
)
TRAIN = (
    "RECIPE, --config FILE, --seeds N, --set KNOB=VALUE, --steps N, --seed S, --runs DIR, --json"
)
ARGUMENTS = [
    ((), f"A command is missing. Allowed: {ALL}."),
    (("trian",), f"There is no command 'trian'. Allowed: {ALL}."),
    (
        ("train",),
        f"train: the following arguments are required: RECIPE. It takes {TRAIN}. Received: train.",
    ),
    (
        ("train", "toy/scalar", "--steps"),
        f"train: argument --steps: expected one argument. It takes {TRAIN}. "
        "Received: train toy/scalar --steps.",
    ),
    (
        ("train", "toy/scalar", "--step", "5"),
        f"train does not take --step 5. It takes {TRAIN}.",
    ),
    (("recipes", "--seed=1"), "recipes does not take --seed=1. It takes --json."),
    (
        ("train", "toy/scaler"),
        f"There is no recipe 'toy/scaler'. Allowed: {', '.join(recipes.all_recipes())}.",
    ),
]


@pytest.mark.parametrize(("argv", "sentence"), ARGUMENTS)
def test_a_wrong_command_line(command: Command, argv: tuple[str, ...], sentence: str) -> None:
    assert only_line(command(*argv)) == sentence


SEARCHED = ", ".join(searchable(recipes.get("toy/scalar").Config))
SEARCHES = [
    ((), f"--knobs is missing, the knobs to search. Allowed for toy/scalar: {SEARCHED}."),
    (("--knobs", "lr"), f"There is no knob 'lr' to search. Allowed: {SEARCHED}."),
    (
        ("--knobs", "steps"),
        "steps cannot be searched: it says how runs are made and not what they learn. "
        f"Allowed: {SEARCHED}.",
    ),
    (
        ("--knobs", "octaves=5:2"),
        "The range of octaves needs two bounds, the lower first, as in octaves=0:12. "
        "Received: '5:2'.",
    ),
    (
        ("--knobs", "octaves=5:13"),
        "octaves must be a whole number from 0 to 12. Received: '13'.",
    ),
    (
        ("--knobs", "octaves", "--set", "octaves=3"),
        "octaves is searched; --set must not give it a value. Received: '3'.",
    ),
    (
        ("--knobs", "octaves", "--set", "steps=0"),
        "steps must be a whole number from 1 to 10,000,000. Received: '0'.",
    ),
    (
        ("--knobs", "octaves", "--objective", "frechet"),
        "toy/scalar has no score 'frechet' to search for. Allowed: w1_over_sigma, "
        "kolmogorov_smirnov, histogram_overlap, coverage, time.",
    ),
    (
        ("--knobs", "octaves", "--objective", "coverage,time,w1_over_sigma"),
        "--objective takes one score, or two different ones. "
        "Received: 'coverage,time,w1_over_sigma'.",
    ),
    (
        ("--knobs", "octaves", "--objective", "coverage,time", "--prune"),
        "--prune compares scores of saved samples; --objective must be one score other than time. "
        "Received: 'coverage,time'.",
    ),
    (
        ("--knobs", "octaves", "--sampler", "nsga"),
        "--sampler must be one of tpe, random, grid. Received: 'nsga'.",
    ),
    (
        ("--knobs", "octaves", "--prune", "mean"),
        "--prune must be one of third, median, hyperband. Received: 'mean'.",
    ),
    (("--trials", "0"), "--trials takes a whole number from 1 to 1,000,000. Received: '0'."),
    (("--workers", "0"), "--workers takes a whole number from 1 to 256. Received: '0'."),
    (("--minutes", "-1"), "--minutes takes a number above 0. Received: '-1'."),
    (
        ("--knobs", "octaves", "--study", "a/b"),
        "--study takes a name of at most 20 letters, digits, '-', '_' and '.', beginning with a "
        "letter or digit. Received: 'a/b'.",
    ),
    (
        ("--knobs", "octaves", "--storage", "studies"),
        "--storage takes the address of a database, such as sqlite:///search.db or "
        "postgresql://me@host/name.",
    ),
    (
        ("--knobs", "octaves", "--storage", "sqlite:////nowhere/search.db"),
        "The database 'sqlite:////nowhere/search.db' cannot be opened: unable to open database "
        "file.",
    ),
    (
        ("--knobs", "octaves", "--storage", "nosql://me:secret@host/name"),
        "The database 'nosql://me:***@host/name' cannot be opened: Can't load plugin: "
        "sqlalchemy.dialects:nosql.",
    ),
]


@pytest.mark.parametrize(("options", "sentence"), SEARCHES)
def test_a_wrong_search(command: Command, options: tuple[str, ...], sentence: str) -> None:
    assert only_line(command("search", "toy/scalar", *options)) == sentence


@pytest.mark.parametrize("name", ["resume", "evaluate"])
def test_a_run_that_does_not_exist(command: Command, name: str, tmp_path: Path) -> None:
    run_id = "20261122-0203-a1b2c3d4e5f6"
    line = only_line(command(name, run_id))
    assert line == f"There is no run {run_id} in {tmp_path / 'runs'}. That folder has no runs."
    file = tmp_path / "file"
    file.touch()
    line = only_line(command(name, run_id, "--runs", str(file)))
    assert line == f"The folder of runs '{file}' cannot be read: Not a directory."


def test_a_folder_of_runs_that_is_a_file(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a\nfile").touch()
    line = only_line(command("train", "toy/scalar", "--runs", str(tmp_path / "a\nfile")))
    shown = re.escape(str(tmp_path / r"a\nfile"))
    pattern = rf"A run cannot be created in {shown}: .*\. It must be a writable folder\."
    assert re.fullmatch(pattern, line)


def test_a_process_prints_the_same_line(runs: Path) -> None:
    said = ended("-m", "ganlib", "train", "toy/scalar", "--steps", "0")
    assert only_line(said) == SENTENCES[0][1]


@pytest.mark.parametrize("name", ["recipes", "train", "search", "resume", "evaluate"])
def test_help_is_printed(command: Command, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        command(name, "--help")
    assert ending.value.code == 0
    out, err = capfd.readouterr()
    assert out.startswith(f"usage: python -m ganlib {name} ")
    assert "--json" in out and err == ""


@pytest.mark.parametrize("variable", ["GANLIB_WEBHOOK", "GANLIB_URL"])
@pytest.mark.parametrize("argv", [("train", "toy/scalar"), ("dashboard",)])
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("example.com/secret", "***"),
        ("ftp://me:secret@example.com/secret", "ftp://example.com/***"),
        ("http://me:secret/@example.com", "http://***"),
        ("https://two words/secret", "https://two words/***"),
        ("https://:80/secret", "https://***"),
    ],
)
def test_a_wrong_address_is_refused_without_its_secrets(
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    argv: tuple[str, ...],
    value: str,
    shown: str,
) -> None:
    monkeypatch.setenv(variable, value)
    assert only_line(command(*argv)) == (
        f"{variable} must be an address that begins with http:// or https://. Received: '{shown}'."
    )
