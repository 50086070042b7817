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
    ".",
    "..",
    "../outside",
    f"../{OUTSIDE}",
    f"{OUTSIDE}/../../outside",
    f"{OUTSIDE}/",
    f"{OUTSIDE}\n",
    f"{OUTSIDE}\0",
    f" {OUTSIDE}",
    OUTSIDE.upper(),
    OUTSIDE.replace("2", "\u0662"),
    f"/tmp/{OUTSIDE}",
    f"..\\{OUTSIDE}",
    f"%2e%2e%2f{OUTSIDE}",
    "~",
    "<script>alert(1)</script>",
    "![](http://evil.test/pixel.png)",
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
    assert {"pause", "unpause", "stop", "resume"} <= set(OF_MANAGER)


def call(method: Callable[..., Any], run_id: str) -> None:
    """With something for every other argument."""
    others = list(inspect.signature(method).parameters.values())[1:]
    method(run_id, *("x" for other in others if other.default is inspect.Parameter.empty))


@pytest.mark.parametrize("run_id", BAD, ids=lambda each: repr(each)[:40])
@pytest.mark.parametrize("name", OF_STORE)
def test_the_store(store: RunStore, name: str, run_id: str) -> None:
    before = files(store)
    with pytest.raises(RunError, match="A run id is a date, a time and 12 letters or digits"):
        call(getattr(store, name), run_id)
    assert files(store) == before


@pytest.mark.parametrize("run_id", BAD, ids=lambda each: repr(each)[:40])
def test_the_manager(store: RunStore, run_id: str) -> None:
    before = files(store)
    manager = Manager(store, cap=1)
    try:
        for name in OF_MANAGER:
            # A question is answered, an order is refused.
            try:
                call(getattr(manager, name), run_id)
            except RunError as error:
                assert len(str(error)) < 300
    finally:
        manager.shutdown(10.0)
    assert files(store) == before


@pytest.mark.parametrize("run_id", [bad for bad in BAD if "\0" not in bad and len(bad) < 1000])
@pytest.mark.parametrize("command", ["resume", "evaluate"])
def test_the_command_line(
    store: RunStore, command: str, run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(store)
    try:
        code = cli.main([command, "--runs", str(store.root), "--", run_id])
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert files(store) == before


@pytest.mark.parametrize("run_id", BAD, ids=lambda each: repr(each)[:40])
def test_a_folder_of_another_name_is_no_run(store: RunStore, run_id: str) -> None:
    assert not is_run_id(run_id)
    if run_id and "\0" not in run_id and len(run_id) < 200:
        with pytest.raises(RunError):
            Run(store.root.parent / "nowhere" / f"{run_id} ")


def test_ids_cannot_be_guessed() -> None:
    made = [new_run_id() for _ in range(2_000)]
    assert all(is_run_id(each) for each in made)
    assert len(set(made)) == len(made)
    # 48 random bits: each is set in half of them, within 7 standard deviations.
    values = [int(each[-12:], 16) for each in made]
    for bit in range(48):
        share = sum(value >> bit & 1 for value in values) / len(values)
        assert abs(share - 0.5) < 7 * 0.5 / len(values) ** 0.5
