"""A run's state in words."""

import pytest

from ganlib.runs import Status
from ganlib.ui.run.status_line import state_badge, status_text, with_pending_action


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (
            Status("running", 5_000, 1_234, steps_per_second=812.4, elapsed_s=9, device="CPU"),
            "step 1,234 of 5,000 · 812 steps/s · ETA 0:05 · CPU",
        ),
        (
            Status("running", 2_000, 1_234, steps_per_second=2.4, device="2 GPUs"),
            "step 1,234 of 2,000 · 2.4 steps/s · ETA 5:19 · 2 GPUs",
        ),
        (Status("queued", 5_000), "step 0 of 5,000"),
        (
            Status("running", 5_000, phase="loading TensorFlow"),
            "step 0 of 5,000 · loading TensorFlow",
        ),
        (
            Status("paused", 5_000, 1_000, steps_per_second=10.0, device="CPU"),
            "step 1,000 of 5,000 · 10 steps/s · CPU",
        ),
        (
            Status(
                "finished",
                500,
                500,
                steps_per_second=1_254,
                elapsed_s=61.4,
                started="2026",
                ended="2026",
            ),
            "step 500 of 500 · 1,254 steps/s · took 1:01",
        ),
        # A queued fork that was stopped before training: the time is that of its parent.
        (Status("stopped", 500, 100, elapsed_s=159.0), "step 100 of 500"),
        (Status("failed", 500, message="It broke."), "step 0 of 500"),
    ],
)
def test_status_text(status: Status, text: str) -> None:
    assert status_text(status) == text


@pytest.mark.parametrize(
    ("status", "asked", "text"),
    [
        (Status("running", 500, 7), "pause", "step 7 of 500 · pausing after this step"),
        (Status("running", 500, 7), "stop", "step 7 of 500 · stopping after this step"),
        (Status("running", 500, 7), "", "step 7 of 500"),
        # What happens in the place of a step, and what has been done.
        (Status("running", 500, 7, phase="stopping"), "stop", "step 7 of 500 · stopping"),
        (Status("paused", 500, 7), "pause", "step 7 of 500"),
    ],
)
def test_what_a_run_was_asked_for_is_said_until_it_is_done(
    status: Status, asked: str, text: str
) -> None:
    assert status_text(with_pending_action(status, asked)) == text


def test_the_speed_of_slow_motion_foretells_nothing() -> None:
    status = Status("running", 500, 100, steps_per_second=812.4, device="CPU")
    text = "step 100 of 500 · slow motion, one update a second · CPU"
    assert status_text(with_pending_action(status, "", slow=True)) == text
    assert with_pending_action(status, "") == status
    assert "stopping" in status_text(with_pending_action(status, "stop", slow=True))


def test_the_bar_stays_where_it_is_for_as_long_as_a_run_is_asked() -> None:
    assert with_pending_action(Status("running", 500, 100), "pause").phase_share == 0.2


@pytest.mark.parametrize(
    "state", ["queued", "running", "paused", "stopped", "finished", "failed", "interrupted"]
)
def test_a_badge_for_every_state(state) -> None:
    assert state_badge(Status(state, 1)) == state.capitalize()
