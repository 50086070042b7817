"""How often a session may look at what trains, by how many do."""

import pytest
from streamlit.testing.v1 import AppTest

from ganlib.ui.server import viewers
from ganlib.ui.server.viewers import Viewers


def test_each_is_counted_once_until_it_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(viewers.time, "monotonic", lambda: now)
    there = Viewers()
    assert [there.touch(who) for who in "aabac"] == [1, 1, 2, 2, 3]
    now += 9
    assert there.touch("b") == 3
    now += 2
    # 11 seconds after their last look, a and c have closed their pages.
    assert there.touch("b") == 1


def _look() -> None:
    import streamlit as st

    from ganlib.ui.server.viewers import refresh_interval_s

    st.write(refresh_interval_s())


@pytest.mark.slow
def test_a_dozen_look_every_second_and_two_dozen_every_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # However long a busy machine takes to open all these.
    monkeypatch.setattr(viewers, "_LEFT_AFTER_S", 1e9)
    monkeypatch.setattr(viewers, "_VIEWERS", Viewers())
    told = []
    for _ in range(25):
        session = AppTest.from_function(_look, default_timeout=60).run()
        told.append(session.markdown[0].value)
        # The same session again is no further one.
        assert session.run().markdown[0].value == told[-1]
    assert told == ["`1.0`"] * 12 + ["`2.0`"] * 12 + ["`3.0`"]
