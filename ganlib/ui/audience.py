"""How many sessions watch what trains, and how often each of them may look."""

import math
import threading
import time
from uuid import uuid4

import streamlit as st

# A look takes about a hundredth of a second of Python, which nothing else can use meanwhile.
# Twenty looks a second cost a training on two cores a sixth of its speed.
_MOST_LOOKS_A_SECOND = 12
_LEFT_AFTER_S = 10.0


class Audience:
    """Those that have looked within the last ten seconds."""

    def __init__(self) -> None:
        self._last_look: dict[str, float] = {}
        self._lock = threading.Lock()

    def joined_by(self, who: str) -> int:
        """Notes that somebody looks now, and tells how many there are."""
        with self._lock:
            now = time.monotonic()
            self._last_look[who] = now
            for other, at in list(self._last_look.items()):
                if now - at > _LEFT_AFTER_S:
                    del self._last_look[other]
            return len(self._last_look)


_AUDIENCE = Audience()


def seconds_between_looks() -> float:
    """For this session, which looks now: 1 for a dozen, and more as more of them watch."""
    who = st.session_state.setdefault("watches_as", uuid4().hex)
    return float(math.ceil(_AUDIENCE.joined_by(who) / _MOST_LOOKS_A_SECOND))
