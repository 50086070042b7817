"""The short form of `load.py`: some sessions for a quarter of a minute."""

import asyncio
from pathlib import Path

import pytest

from ganlib import recipes
from ganlib.runs import RunStore
from tests.bench.load import Record, _log_faults, _run_faults, put_under_load
from tests.support.server import served


@pytest.mark.slow
def test_sessions_come_and_go_and_leave_nothing_broken(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        found = asyncio.run(put_under_load(server, sessions=6, seconds=15.0, seed=0))
        assert not list(_log_faults(server)), server.log()
    assert found.faults == ()
    # The warm-up alone starts three.
    assert len(found.record.started) > 3
    assert found.states["finished"] >= 1


def test_what_is_lost_doubled_or_ended_unasked_is_told(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    recipe = recipes.get("toy/scalar")
    left, unknown = (store.create(recipe.name, recipe.parse({})) for _ in range(2))
    for run in (left, unknown):
        run.lock.release()
    lost = "20261126-0000-000000000000"
    doomed = "20261126-0000-111111111111"
    record = Record(started={left.id: "toy/plane", lost: "toy/scalar", doomed: "toy/scalar"})
    record.doomed.add(doomed)
    assert list(_run_faults(store, record)) == [
        f"{unknown.id}: it is there, and nobody has started it",
        f"{left.id}: it is of toy/scalar, and was started as toy/plane",
        f"{left.id}: it is interrupted, and nobody asked for that. {left.status().message}",
        f"{lost}: it is gone, and nobody has deleted it",
    ]
