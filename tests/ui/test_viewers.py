"""How often sessions refresh, by the number of sessions that watch."""

import pytest
import streamlit as st

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


def test_a_dozen_refresh_every_second_and_two_dozen_every_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there, found = Viewers(), []
    for _ in range(25):
        monkeypatch.setattr(st, "session_state", {})
        found.append(there.refresh_interval_s())
        # The same session again is not another viewer.
        assert there.refresh_interval_s() == found[-1]
    assert found == [1.0] * 12 + [2.0] * 12 + [3.0]
