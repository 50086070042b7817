from dataclasses import replace

import pytest

from ganlib.runs.status import Status, status_of


def test_a_status_comes_back_from_what_is_set_of_it() -> None:
    status = Status(
        "running", 100, step=7, parameters={"generator": 5}, scores={"w1": 0.5}, message="a\n\u2028"
    )
    assert status.fields() == {
        "state": "running",
        "steps": 100,
        "parameters": {"generator": 5},
        "scores": {"w1": 0.5},
        "message": "a\n\u2028",
    }
    assert status_of(status.fields(), 7) == status


@pytest.mark.parametrize(
    "change",
    [
        {"state": "dancing"},
        {"state": None},
        {"steps": -1},
        {"steps": True},
        {"steps": "7"},
        {"message": 7},
        {"scores": {"w1": "low"}},
        {"parameters": []},
        {"steps_per_second": None},
    ],
)
def test_values_of_the_wrong_kind_are_refused(change: dict) -> None:
    with pytest.raises(ValueError):
        status_of(Status("finished", 100).fields() | change, 0)


def test_words_of_another_version_are_passed_over() -> None:
    assert status_of({"state": "failed", "steps": 3, "mood": "low"}, 0) == Status("failed", 3)


def test_what_is_left_follows_from_the_rate() -> None:
    running = Status("running", 100, step=40, steps_per_second=30.0)
    assert running.eta_s == 2.0
    assert replace(running, steps_per_second=0.0).eta_s is None
    assert replace(running, state="finished").eta_s is None
