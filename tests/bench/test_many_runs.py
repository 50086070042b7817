"""Many runs: in one queue, and the pictures of a long table."""

from pathlib import Path

import pytest

from ganlib import recipes
from ganlib.runs import Manager, RunStore
from ganlib.ui.server.thumbnails import Thumbnails
from tests.support import stored_runs


@pytest.mark.slow
def test_queued_runs_finish_and_equal_settings_give_equal_weights(tmp_path: Path) -> None:
    manager = Manager(RunStore(tmp_path))
    names = ("toy/scalar", "toy/gaussian-vector")
    ids = [
        manager.submit(
            names[index % 2],
            recipes.get(names[index % 2]).parse({"steps": 10, "seed": index % 4 // 2}),
        )
        for index in range(8)
    ]
    assert manager.wait(600)
    manager.shutdown()
    weights: dict[tuple[str, int], set[str]] = {}
    for run in map(RunStore(tmp_path).open, ids):
        assert (run.status().state, len(run.history())) == ("finished", 10)
        assert not run.record().gaps
        weights.setdefault((run.recipe, run.config.seed), set()).add(run.status().weights_sha256)
    assert [len(found) for found in weights.values()] == [1] * 4


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
