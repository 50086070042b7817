"""What is compiled while a page is read."""

import time
from collections.abc import Iterator

import pytest

from ganlib import recipes
from ganlib.config import RunConfig
from ganlib.ui import preparing
from ganlib.ui.preparing import Preparer

NAME = "toy/scalar"


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
def prepared(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Batch sizes of what was prepared."""
    done: list[int] = []
    monkeypatch.setattr(preparing, "_SETTLED_S", 0.05)
    monkeypatch.setattr(preparing, "_prepare", lambda name, config: done.append(config.batch_size))
    yield done


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> Idle:
    made = Idle()
    monkeypatch.setattr(preparing, "manager", lambda: made)
    return made


def _settle(preparer: Preparer) -> None:
    deadline = time.monotonic() + 20
    while preparer._thread is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_only_what_was_asked_for_last_is_prepared(prepared: list[int], idle: Idle) -> None:
    preparer = Preparer()
    for size in (8, 16, 32):
        preparer.ask(NAME, _config(batch_size=size))
    _settle(preparer)
    assert prepared == [32]
    preparer.ask(NAME, _config(batch_size=16))
    _settle(preparer)
    assert prepared == [32, 16]


def test_each_kind_is_prepared_once(prepared: list[int], idle: Idle) -> None:
    preparer = Preparer()
    # What is read anew in every run makes no other kind.
    for seed in (1, 2):
        preparer.ask(NAME, _config(batch_size=8, seed=seed))
        _settle(preparer)
    assert prepared == [8]


def test_nothing_is_prepared_while_something_trains(prepared: list[int], idle: Idle) -> None:
    preparer = Preparer()
    idle.runs = ["a run"]
    preparer.ask(NAME, _config(batch_size=8))
    _settle(preparer)
    assert prepared == []


def test_what_cannot_be_prepared_is_left_to_start(
    idle: Idle, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(preparing, "_SETTLED_S", 0.0)
    monkeypatch.setenv("GANLIB_DATA", "nowhere")
    preparer = Preparer()
    preparer.ask("mnist/basic", recipes.get("mnist/basic").parse({}))
    _settle(preparer)
    assert not caplog.records
