"""Pictures of a table, read in parts and by several sessions at once."""

import base64
import io
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from ganlib.events import Metrics
from ganlib.runs import RunStore, RunSummary
from ganlib.ui.server.thumbnails import Thumbnails
from tests.support import stored_runs


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def listed(count: int) -> list[RunSummary]:
    """Runs that do not exist, so that reading them takes no time."""
    return [RunSummary(f"20260101-0000-{at:012x}") for at in range(count)]


@pytest.mark.usefixtures("hasty")
def test_sessions_that_read_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    thumbnails, runs, failures = Thumbnails(RunStore(tmp_path)), listed(300), []

    def visit() -> None:
        try:
            for _ in range(15):
                thumbnails.read(runs[:1], 1)
                while thumbnails.read(runs, 50):
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
    thumbnails, opened, begun, go_on = Thumbnails(store), [], threading.Event(), threading.Event()

    def open_slowly(run_id: str) -> object:
        opened.append(run_id)
        begun.set()
        assert go_on.wait(10)
        return run

    monkeypatch.setattr(store, "open", open_slowly)
    threads = [threading.Thread(target=thumbnails.read, args=(store.list(), 1)) for _ in range(2)]
    threads[0].start()
    assert begun.wait(10)
    threads[1].start()
    assert thumbnails.of(run.id) == "", "whoever draws the table meanwhile does not wait"
    go_on.set()
    for thread in threads:
        thread.join()
    assert opened == [run.id]
    assert thumbnails.of(run.id).startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    "recipe", ["toy/scalar", "toy/plane", "toy/gaussian-vector", "mnist/dcgan"]
)
def test_picture_of_the_newest_samples_is_small(store: RunStore, recipe: str) -> None:
    run = stored_runs.finished(store, recipe)
    thumbnails = Thumbnails(store)
    assert thumbnails.of(run.id) == ""
    assert thumbnails.read(store.list(), 1) == 0
    png = base64.b64decode(thumbnails.of(run.id).removeprefix("data:image/png;base64,"))
    assert len(png) < 3_000
    with Image.open(io.BytesIO(png)) as image:
        assert image.size == (64, 64)
        assert len(image.convert("RGBA").getcolors() or []) > 3, "something is drawn"


def test_picture_changes_with_new_samples_only(store: RunStore) -> None:
    with stored_runs.training(store) as writer:
        run_id, thumbnails = stored_runs.newest(store).id, Thumbnails(store)
        thumbnails.read(store.list(), 1)
        before = thumbnails.of(run_id)
        writer.write(Metrics(21, stored_runs.rows(21, 30), 1.5))
        assert thumbnails.read(store.list(), 0) == 1
        assert thumbnails.read(store.list(), 1) == 0
        assert thumbnails.of(run_id) == before
        writer.write(stored_runs.samples_of("toy/scalar", 31))
        thumbnails.read(store.list(), 1)
        assert thumbnails.of(run_id) != before
        writer.end("stopped")


def test_run_without_readable_samples_has_no_picture(store: RunStore) -> None:
    queued, damaged = stored_runs.create(store), stored_runs.finished(store)
    stored_runs.damage(damaged.path / "samples" / "00000020.npz")
    thumbnails = Thumbnails(store)
    assert thumbnails.read(store.list(), 5) == 0
    assert thumbnails.of(queued.id) == thumbnails.of(damaged.id) == ""
    assert thumbnails.read(store.list(), 0) == 0, "it is not read again"
    queued.lock.release()


def test_pictures_are_read_a_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RunStore(tmp_path)
    for _ in range(5):
        stored_runs.finished(store)
    summaries, opened, open_run = store.list(), [], store.open
    monkeypatch.setattr(store, "open", lambda run_id: opened.append(run_id) or open_run(run_id))
    thumbnails = Thumbnails(store)
    assert [thumbnails.read(summaries, 2) for _ in range(4)] == [3, 1, 0, 0]
    # The newest first, and none twice.
    assert opened == [row.id for row in summaries]
    assert all(thumbnails.of(row.id) for row in summaries)
    # A deleted run is forgotten.
    assert thumbnails.read(summaries[1:], 2) == 0
    assert thumbnails.of(summaries[0].id) == ""
