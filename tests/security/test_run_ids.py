"""A run's id is checked before it touches a path, wherever it comes in."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ganlib import cli
from ganlib.errors import RunError
from ganlib.runs import Manager, Run, RunStore
from ganlib.runs.identity import is_run_id, new_run_id
from ganlib.runs.journal import encode_line
from ganlib.runs.status import Status
from ganlib.runs.view import Header

OUTSIDE = "20261122-0203-a1b2c3d4e5f6"
BAD = [
    "",
    "..",
    f"../{OUTSIDE}",
    f"{OUTSIDE}/../../outside",
    f"{OUTSIDE}\n",
    f"{OUTSIDE}\0",
    OUTSIDE.upper(),
    OUTSIDE.replace("2", "\u0662"),
    f"/tmp/{OUTSIDE}",
    f"%2e%2e%2f{OUTSIDE}",
    "~",
    "<script>alert(1)</script>",
    "a" * 100_000,
]


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """Beside its folder lies one that looks like a run, and holds what must not be touched."""
    (tmp_path / "runs").mkdir()
    for name in ("outside", OUTSIDE):
        (tmp_path / name).mkdir()
        header = Header(name, "toy/scalar", {"steps": 1}, "").fields()
        line = encode_line(0, "created", 0, Status("finished", 1).fields(), header)
        (tmp_path / name / "journal.jsonl").write_bytes(line)
    return RunStore(tmp_path / "runs")


def files(store: RunStore) -> dict[str, bytes]:
    folder = store.root.parent
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def takes_an_id(owner: type) -> list[str]:
    """Its methods whose first argument is a run's id."""
    found = []
    for name, method in inspect.getmembers(owner, inspect.isfunction):
        names = list(inspect.signature(method).parameters)
        if not name.startswith("_") and names[1:2] == ["run_id"]:
            found.append(name)
    return found


OF_STORE, OF_MANAGER = takes_an_id(RunStore), takes_an_id(Manager)


def test_which_methods_these_are() -> None:
    assert {"open", "claim", "rename", "annotate", "delete"} <= set(OF_STORE)
    assert {"command", "is_slow", "resume"} <= set(OF_MANAGER)


def call(method: Callable[..., Any], run_id: str) -> None:
    """With something for every other argument."""
    others = list(inspect.signature(method).parameters.values())[1:]
    method(run_id, *("x" for other in others if other.default is inspect.Parameter.empty))


@pytest.mark.parametrize("name", OF_STORE)
def test_the_store(store: RunStore, name: str) -> None:
    before = files(store)
    for run_id in BAD:
        with pytest.raises(RunError, match="A run id is a date, a time and 12 letters or digits"):
            call(getattr(store, name), run_id)
    assert files(store) == before


@pytest.mark.parametrize("name", OF_MANAGER)
def test_the_manager(store: RunStore, name: str) -> None:
    before = files(store)
    manager = Manager(store, cap=1)
    for run_id in BAD:
        # Questions are answered, orders refused.
        try:
            call(getattr(manager, name), run_id)
        except RunError as error:
            assert len(str(error)) < 300
    manager.shutdown(10.0)
    assert files(store) == before


@pytest.mark.parametrize("command", ["resume", "evaluate", "show", "logs", "stop", "delete"])
def test_the_command_line(
    store: RunStore, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(store)
    for run_id in (bad for bad in BAD if "\0" not in bad and len(bad) < 1_000):
        assert cli.main([command, "--runs", str(store.root), "--", run_id]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        # It may be part of a name as well, and there is none of that name.
        assert said.err.startswith("There is no run ")
        assert len(said.err.strip().splitlines()) == 1
    assert files(store) == before


def test_a_folder_of_another_name_is_no_run(store: RunStore) -> None:
    for run_id in BAD:
        assert not is_run_id(run_id)
    with pytest.raises(RunError):
        Run(store.root.parent / "outside")


def test_ids_cannot_be_guessed() -> None:
    made = [new_run_id() for _ in range(2_000)]
    assert all(is_run_id(each) for each in made)
    assert len(set(made)) == len(made)
    # 48 random bits: each is set in half of them, within 7 standard deviations.
    values = [int(each[-12:], 16) for each in made]
    for bit in range(48):
        share = sum(value >> bit & 1 for value in values) / len(values)
        assert abs(share - 0.5) < 7 * 0.5 / len(values) ** 0.5
