import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ganlib.ui.components.time_slider import ranges


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], []),
        ([7], [[7, 1, 1]]),
        ([0, 100, 200, 300], [[0, 100, 4]]),
        ([0, 100, 200, 250], [[0, 100, 3], [250, 1, 1]]),
        ([0, 1, 2, 10, 20, 30], [[0, 1, 3], [10, 10, 3]]),
    ],
)
def test_ranges(steps, expected):
    assert ranges(steps) == expected


@given(st.sets(st.integers(0, 10**7), max_size=60).map(sorted))
def test_ranges_keep_every_step(steps):
    unpacked = [first + i * stride for first, stride, count in ranges(steps) for i in range(count)]
    assert unpacked == steps


def page(steps, total):
    import streamlit as st

    from ganlib.ui.components.time_slider import time_slider

    st.session_state.answer = time_slider(steps, key="slider", total=total)


def run(steps, total, chosen=None):
    app = AppTest.from_function(page, default_timeout=60, args=(steps, total))
    if chosen is not None:
        app.session_state["slider"] = chosen
    app.run()
    assert not app.exception
    shown = app.get("bidi_component")
    return app.session_state.answer, json.loads(shown[0].proto.json) if shown else None


def test_follows_the_newest_step():
    answer, data = run([0, 100, 200], 5_000)
    assert answer == 200
    assert data == {
        "ranges": [[0, 100, 3]],
        "total": 5_000,
        "chosen": None,
        "marks": [],
        "link": "",
        "cursor": None,
        "times": [],
    }


def test_holds_a_chosen_step_when_new_ones_come():
    assert run([0, 100, 200], 5_000, chosen=100)[0] == 100
    answer, data = run([0, 100, 200, 300, 400], 5_000, chosen=100)
    assert answer == 100
    assert data["chosen"] == 100


@pytest.mark.parametrize("chosen", [200, 150])
def test_the_newest_step_and_one_that_is_not_there_mean_following(chosen):
    answer, data = run([0, 100, 200], 5_000, chosen=chosen)
    assert answer == 200
    assert data["chosen"] is None


def test_scale_reaches_the_newest_step_where_the_run_went_on():
    assert run([0, 100], 50)[1]["total"] == 100


def test_nothing_is_shown_before_the_first_step():
    assert run([], 5_000) == (None, None)
