"""A store, and a manager of fake trainers, for every test here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ganlib import recipes
from ganlib.runs import Manager, RunStore
from tests.support.fake_trainer import Walk, make_fake


@pytest.fixture(autouse=True)
def fake_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes "fake/walk" a recipe, with enough memory for its runs."""
    monkeypatch.setitem(recipes.all_recipes(), Walk.name, Walk())
    monkeypatch.setenv("GANLIB_MEMORY_GB", "100")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def make_manager(store: RunStore) -> Iterator[Callable[..., Manager]]:
    made: list[Manager] = []

    def make(cap: int = 1) -> Manager:
        made.append(Manager(store, cap, make_fake, tensorboard=False))
        return made[-1]

    yield make
    assert all([manager.shutdown(timeout_s=20) for manager in made])
