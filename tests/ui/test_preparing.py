"""What is compiled while a page is read."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from ganlib import recipes, training
from ganlib.config import RunConfig
from ganlib.ui.server import preparing
from ganlib.ui.server.preparing import Preparer

NAME = "toy/scalar"
Prepared = list[tuple[str, RunConfig]]


class Idle:
    """A manager, as far as it is asked here."""

    cap = 1

    def __init__(self) -> None:
        self.runs: list[str] = []

    def active(self) -> list[str]:
        return self.runs


def _config(**knobs: object) -> RunConfig:
    return recipes.get(NAME).parse(knobs)


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """What was prepared, in order."""
    # Pages that earlier tests have opened may still have their own thread, which would count here.
    deadline = time.monotonic() + 60
    while any(thread.name == "prepare" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    done: Prepared = []
    monkeypatch.setattr(preparing, "_SETTLED_S", 0.05)
    monkeypatch.setattr(
        training, "prepare", lambda recipe, config, between: done.append((recipe.name, config))
    )
    return done


@pytest.fixture
def idle() -> Idle:
    return Idle()


def _settle(preparer: Preparer) -> None:
    deadline = time.monotonic() + 20
    while preparer._thread is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_only_what_was_asked_for_last_is_prepared(prepared: Prepared, idle: Idle) -> None:
    preparer = Preparer(idle)
    for size in (8, 16, 32):
        preparer.prepare(NAME, _config(batch_size=size))
    _settle(preparer)
    assert prepared == [(NAME, _config(batch_size=32))]
    preparer.prepare(NAME, _config(batch_size=16))
    _settle(preparer)
    assert prepared[1:] == [(NAME, _config(batch_size=16))]


def test_what_can_wait_comes_after_what_was_asked_for(prepared: Prepared, idle: Idle) -> None:
    preparer = Preparer(idle)
    preparer.prepare(NAME, _config(batch_size=8))
    preparer.prepare_later(["toy/plane", "toy/gaussian-vector"])
    _settle(preparer)
    own = [(name, recipes.get(name).parse({})) for name in ("toy/plane", "toy/gaussian-vector")]
    assert prepared == [(NAME, _config(batch_size=8)), *own]


@pytest.mark.parametrize("other", [8, 16])
def test_what_is_being_prepared_gives_way_to_something_else(
    idle: Idle, monkeypatch: pytest.MonkeyPatch, other: int
) -> None:
    monkeypatch.setattr(preparing, "_SETTLED_S", 0.0)
    begun, go_on = threading.Event(), threading.Event()
    done: list[int] = []

    def prepare(recipe: object, config: RunConfig, between: Callable[[], None]) -> None:
        begun.set()
        assert go_on.wait(20)
        between()
        done.append(config.batch_size)

    monkeypatch.setattr(training, "prepare", prepare)
    preparer = Preparer(idle)
    preparer.prepare(NAME, _config(batch_size=8))
    assert begun.wait(20)
    preparer.prepare(NAME, _config(batch_size=32))
    preparer.prepare(NAME, _config(batch_size=other))
    go_on.set()
    _settle(preparer)
    assert done == [other]


def test_nothing_is_prepared_while_something_trains(prepared: Prepared, idle: Idle) -> None:
    preparer = Preparer(idle)
    idle.runs = ["a run"]
    preparer.prepare(NAME, _config(batch_size=8))
    preparer.prepare_later([NAME])
    _settle(preparer)
    assert prepared == []


def test_what_cannot_be_prepared_is_left_to_start(
    idle: Idle, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(preparing, "_SETTLED_S", 0.0)
    monkeypatch.setenv("GANLIB_DATA", "nowhere")
    preparer = Preparer(idle)
    preparer.prepare("mnist/basic", recipes.get("mnist/basic").parse({}))
    _settle(preparer)
    assert not caplog.records


def test_a_server_that_ends_does_not_wait_for_what_is_still_to_be_prepared() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _SERVER], capture_output=True, text=True, timeout=60, check=True
    )
    assert told.stdout.split() == ["begins", "toy/plane"]


# Of TensorFlow, nothing is needed for it.
_SERVER = """
import sys, time, types

def prepare(recipe, config, between):
    print(recipe.name, flush=True)
    time.sleep(0.5)
    between()
    print("prepared", flush=True)

sys.modules["ganlib.training"] = types.SimpleNamespace(prepare=prepare)
from ganlib.ui.server.preparing import Preparer

manager = types.SimpleNamespace(cap=1, active=lambda: [])
print("begins", flush=True)
Preparer(manager).prepare_later(["toy/plane", "toy/scalar"])
time.sleep(0.2)
"""
