from dataclasses import asdict, replace
from pathlib import Path

import pytest

from ganlib.runs import status as status_module
from ganlib.runs.documents import DamagedError, write_document
from ganlib.runs.status import Status, StatusFile, read_status, write_status


def test_a_status_comes_back_with_a_heartbeat(tmp_path: Path) -> None:
    status = Status(
        "running", 100, step=7, parameters={"generator": 5}, scores={"w1": 0.5}, message="a\n\u2028"
    )
    written = write_status(tmp_path, status)
    assert written == replace(status, heartbeat=written.heartbeat)
    assert written.heartbeat.startswith("20") and written.heartbeat.endswith("+00:00")
    assert read_status(tmp_path) == written


@pytest.mark.parametrize(
    "change",
    [
        {"state": "dancing"},
        {"state": None},
        {"step": -1},
        {"step": True},
        {"step": "7"},
        {"message": 7},
        {"scores": {"w1": "low"}},
        {"parameters": []},
        {"steps_per_second": None},
    ],
)
def test_values_of_the_wrong_kind_are_damage(tmp_path: Path, change: dict) -> None:
    body = asdict(Status("finished", 100)) | change
    write_document(tmp_path / "status.json", body, sync=False)
    with pytest.raises(DamagedError, match=r"status\.json is damaged"):
        read_status(tmp_path)


def test_words_of_another_version_are_passed_over(tmp_path: Path) -> None:
    write_document(
        tmp_path / "status.json", {"state": "failed", "steps": 3, "mood": "low"}, sync=False
    )
    assert read_status(tmp_path) == Status("failed", 3)


def test_what_is_left_follows_from_the_rate() -> None:
    running = Status("running", 100, step=40, steps_per_second=30.0)
    assert running.eta_s == 2.0
    assert replace(running, steps_per_second=0.0).eta_s is None
    assert replace(running, state="finished").eta_s is None


def test_progress_is_written_four_times_a_second_and_changes_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(status_module.time, "monotonic", lambda: now)
    file = StatusFile(tmp_path, Status("running", 100))
    written = []
    for step in range(1, 101):
        now += 0.0125
        file.progress(Status("running", 100, step=step))
        assert file.status.step == step
        written.append(read_status(tmp_path).step)
    # 1.25 s: at once, and every quarter of a second (20 steps) from there.
    assert sorted(set(written)) == [1, 21, 41, 61, 81]
    file.set(Status("paused", 100, step=100))
    assert read_status(tmp_path).step == 100
