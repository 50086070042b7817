"""A store, and a manager of fake trainers, for every test here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ganlib.runs import Manager, RunStore
from ganlib.runs.manager import MemoryCheck
from tests.support.fake_trainer import load_fake, make_fake


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def make_manager(store: RunStore) -> Iterator[Callable[..., Manager]]:
    made: list[Manager] = []

    def make(cap: int = 1, check_memory: MemoryCheck | None = None) -> Manager:
        made.append(Manager(store, cap, make_fake, load_fake, check_memory, tensorboard=False))
        return made[-1]

    yield make
    assert all([manager.shutdown(timeout_s=20) for manager in made])
