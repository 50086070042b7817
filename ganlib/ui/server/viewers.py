"""Counts the sessions that watch running trainings and limits how often they refresh."""

import math
import threading
import time
from uuid import uuid4

import streamlit as st

# A refresh holds Python's global lock for about 10 ms. Twenty refreshes a second slow a training on
# two cores down by a sixth.
_MAX_REFRESHES_PER_SECOND = 12
_LEFT_AFTER_S = 10.0


class Viewers:
    """Sessions that refreshed within the last ten seconds."""

    def __init__(self) -> None:
        self._last_refresh: dict[str, float] = {}
        self._lock = threading.Lock()

    def touch(self, session: str) -> int:
        """Records a refresh of `session` and returns the number of viewers, `session` included."""
        with self._lock:
            now = time.monotonic()
            times = {**self._last_refresh, session: now}
            self._last_refresh = {one: at for one, at in times.items() if now - at <= _LEFT_AFTER_S}
            return len(self._last_refresh)

    def refresh_interval_s(self) -> float:
        """Seconds until the next refresh of this session: 1 for up to 12 viewers, then longer."""
        session = st.session_state.setdefault("viewer", uuid4().hex)
        return float(math.ceil(self.touch(session) / _MAX_REFRESHES_PER_SECOND))
