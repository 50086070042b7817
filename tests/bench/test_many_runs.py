"""The short form of `many_runs.py`: twenty runs in a queue, two hundred folders."""

import io
from pathlib import Path

import pytest

from ganlib.runs import Run, RunStore, journal
from ganlib.ui.server.sparks import Sparks
from tests.bench.many_runs import copy_runs, make_template, run_queue
from tests.bench.whole import faults


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_template(tmp_path_factory.mktemp("template"), steps=120)


@pytest.mark.slow
def test_twenty_runs_queued_at_once_all_finish_whole(tmp_path: Path) -> None:
    found = run_queue(tmp_path, 20, steps=10)
    assert found.faults == ()
    assert len(set(found.ids)) == 20


@pytest.mark.parametrize("name", ["journal.jsonl", "checkpoints/00000120.npz"])
def test_a_run_that_is_not_whole_is_told(template: Run, tmp_path: Path, name: str) -> None:
    [run_id] = copy_runs(template, tmp_path, 1)
    assert faults(RunStore(tmp_path), run_id) == []
    path = tmp_path / run_id / name
    # In its middle: of a journal that is cut, a part is as good as a run that was killed.
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[: len(content) // 2] + b"#" + content[len(content) // 2 + 1 :])
    # Another store, for the first one keeps what it has read.
    assert faults(RunStore(tmp_path), run_id)


def test_a_listing_of_many_runs_reads_the_ends_of_their_journals(
    template: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = copy_runs(template, tmp_path, 200)
    read: list[int] = []

    class Spy(io.FileIO):
        """A file that counts what is read of it."""

        def read(self, size: int = -1) -> bytes:
            found = super().read(size) or b""
            read.append(len(found))
            return found

    monkeypatch.setattr(journal, "open_regular", Spy)
    store = RunStore(tmp_path)
    summaries = store.list()
    assert {row.id for row in summaries} == set(ids)
    assert {row.status.state for row in summaries if row.status} == {"finished"}
    # The header, and the last kilobytes.
    assert sum(read) <= 200 * 12 * 1024


@pytest.mark.slow
def test_loss_curves_of_many_runs_are_read_a_few_at_a_time(
    template: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_runs(template, tmp_path, 200)
    store = RunStore(tmp_path)
    summaries = store.list()
    opened: list[str] = []
    open_run = store.open
    monkeypatch.setattr(store, "open", lambda run_id: opened.append(run_id) or open_run(run_id))
    sparks = Sparks(store)
    left = [sparks.read(summaries, 75) for _ in range(4)]
    assert left == [125, 50, 0, 0]
    # The newest first, and none twice.
    assert opened == [row.id for row in summaries]
    curves = {tuple(sparks.of(row)) for row in summaries}
    assert len(curves) == 1 and len(*curves) > 10
    # One that is gone is forgotten, and would be read again.
    assert sparks.read(summaries[1:], 75) == 0
    assert sparks.of(summaries[0]) == []
