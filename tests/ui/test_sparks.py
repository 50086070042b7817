"""Loss curves of a table, read by several sessions at once."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ganlib.runs import RunStore, RunSummary
from ganlib.ui.server.sparks import Sparks
from tests.support import stored_runs


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def listed(count: int) -> list[RunSummary]:
    """Runs whose curves are read in no time, for there are none of them."""
    return [RunSummary(f"20260101-0000-{at:012x}") for at in range(count)]


@pytest.mark.usefixtures("hasty")
def test_sessions_that_read_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    sparks, runs, failures = Sparks(RunStore(tmp_path)), listed(300), []

    def visit() -> None:
        try:
            for _ in range(15):
                sparks.read(runs[:1], 1)
                while sparks.read(runs, 50):
                    pass
        except RuntimeError as error:
            failures.append(error)

    threads = [threading.Thread(target=visit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_what_another_session_is_reading_is_not_read_twice(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stored_runs.finished(store)
    sparks, opened, begun, go_on = Sparks(store), [], threading.Event(), threading.Event()

    def open_slowly(run_id: str) -> object:
        opened.append(run_id)
        begun.set()
        assert go_on.wait(10)
        return run

    monkeypatch.setattr(store, "open", open_slowly)
    threads = [threading.Thread(target=sparks.read, args=(store.list(), 1)) for _ in range(2)]
    threads[0].start()
    assert begun.wait(10)
    threads[1].start()
    assert sparks.of(store.list()[0]) == [], "whoever draws the table meanwhile does not wait"
    go_on.set()
    for thread in threads:
        thread.join()
    assert opened == [run.id]
    assert len(sparks.of(store.list()[0])) > 1
