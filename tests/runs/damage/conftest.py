"""What every test of damage needs: no waiting for the disk or for a pipe, and a quick folder."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.quick_folder import quick_folder


@pytest.fixture(autouse=True)
def no_power_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here waits for the disk: it is not what fails."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(autouse=True)
def not_for_ever() -> Iterator[None]:
    """A pipe that somebody opens and waits for is a failure and not a hanging test."""

    def give_up(*arguments: object) -> None:
        raise TimeoutError("something waits for ever")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(600)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a folder: a few thousand copies are made there."""
    with quick_folder() as found:
        yield found
