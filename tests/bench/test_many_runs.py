"""The short form of `many_runs.py`: twenty runs in a queue, two hundred folders."""

from pathlib import Path

import pytest

from ganlib.runs import Run, RunStore, documents
from ganlib.ui.browse.sparks import Sparks
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


@pytest.mark.parametrize("name", ["metrics.log", "checkpoints/00000120.milestone.npz"])
def test_a_run_that_is_not_whole_is_told(template: Run, tmp_path: Path, name: str) -> None:
    [run_id] = copy_runs(template, tmp_path, 1)
    assert faults(RunStore(tmp_path), run_id) == []
    path = tmp_path / run_id / name
    path.write_bytes(path.read_bytes()[:-5])
    # Another store, for the first one keeps what it has read.
    assert faults(RunStore(tmp_path), run_id)


def test_a_listing_of_many_runs_reads_three_small_files_of_each(
    template: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = copy_runs(template, tmp_path, 200)
    read: list[str] = []
    read_file = documents.read_file
    monkeypatch.setattr(
        documents, "read_file", lambda path: read.append(path.name) or read_file(path)
    )
    store = RunStore(tmp_path)
    summaries = store.list()
    assert {row.id for row in summaries} == set(ids)
    assert {row.status.state for row in summaries if row.status} == {"finished"}
    assert sorted(set(read)) == ["label.json", "run.json", "status.json"]
    assert len(read) == 3 * 200


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
