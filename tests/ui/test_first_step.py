"""What a page that was just started knows of its run, and how long it waits for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
import streamlit as st

from ganlib.runs import Run, RunStore
from ganlib.ui.server import session
from tests.support import stored_runs


class Clock:
    """Time that passes only while somebody sleeps.

    Attributes:
        now: seconds.
        wakes: what happens after each sleep.
    """

    def __init__(self) -> None:
        self.now = 100.0
        self.wakes: Callable[[], None] = lambda: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.wakes()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(session, "time", clock)
    return clock


@pytest.fixture
def run(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """One that trains here and has made no step yet."""
    run = stored_runs.create(store)
    here = SimpleNamespace(active=lambda: [run.id], cap=1, store=store)
    monkeypatch.setattr(session, "manager", lambda: here)
    yield run
    st.session_state.clear()


def test_a_start_waits_for_a_step_and_is_recent_for_a_while(run: Run, clock: Clock) -> None:
    assert not session.waits_for_first_step(run)
    session.record_start(run.id)
    assert clock.now == pytest.approx(100.4, abs=0.03)
    assert session.waits_for_first_step(run)
    clock.now = 110.1
    assert not session.waits_for_first_step(run)


def test_the_wait_ends_with_the_first_step(run: Run, clock: Clock) -> None:
    def step() -> None:
        run.note("status", replace(run.status(), state="running", step=int(clock.now > 100.1)))

    clock.wakes = step
    session.record_start(run.id)
    assert 100.1 < clock.now < 100.2


@pytest.mark.parametrize("state", ["failed", "stopped"])
def test_nobody_waits_for_a_run_that_has_ended(run: Run, clock: Clock, state: str) -> None:
    run.note("status", replace(run.status(), state=state))  # type: ignore[arg-type]
    session.record_start(run.id)
    assert clock.now == 100


def test_nobody_waits_for_a_turn(run: Run, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session.manager(), "active", lambda: ["before", run.id])
    session.record_start(run.id)
    assert clock.now == 100


def test_nobody_waits_for_a_run_of_another_session(run: Run, clock: Clock) -> None:
    session.record_start(run.id)
    before = clock.now
    st.session_state["started"] = "another", clock.now + 10
    session.wait_for_first_step(run)
    assert clock.now == before
