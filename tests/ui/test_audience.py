"""How often a session may look at what trains, by how many do."""

import pytest
from streamlit.testing.v1 import AppTest

from ganlib.ui import audience
from ganlib.ui.audience import Audience


def test_each_is_counted_once_until_it_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(audience.time, "monotonic", lambda: now)
    there = Audience()
    assert [there.joined_by(who) for who in "aabac"] == [1, 1, 2, 2, 3]
    now += 9
    assert there.joined_by("b") == 3
    now += 2
    # 11 seconds after their last look, a and c have closed their pages.
    assert there.joined_by("b") == 1


def _look() -> None:
    import streamlit as st

    from ganlib.ui.audience import seconds_between_looks

    st.write(seconds_between_looks())


@pytest.mark.slow
def test_a_dozen_look_every_second_and_two_dozen_every_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # However long a busy machine takes to open all these.
    monkeypatch.setattr(audience, "_LEFT_AFTER_S", 1e9)
    monkeypatch.setattr(audience, "_AUDIENCE", Audience())
    told = []
    for _ in range(25):
        session = AppTest.from_function(_look).run()
        told.append(session.markdown[0].value)
        # The same session again is no further one.
        assert session.run().markdown[0].value == told[-1]
    assert told == ["`1.0`"] * 12 + ["`2.0`"] * 12 + ["`3.0`"]
