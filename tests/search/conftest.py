"""A study of fake runs, which take no time, for every test here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ganlib import recipes
from ganlib.runs import Run, RunStore
from ganlib.search import Settings, Stopper, StudyResult, Task, make_settings, read_study, work
from ganlib.search.storage import create_study, open_storage
from tests.support.fake_trainer import Walk, make_fake

Search = Callable[..., StudyResult]


@pytest.fixture(autouse=True)
def fake_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes "fake/walk" a recipe, with enough memory for its runs."""
    monkeypatch.setitem(recipes.all_recipes(), Walk.name, Walk())
    monkeypatch.setenv("GANLIB_MEMORY_GB", "100")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def search(store: RunStore) -> Search:
    """Searches with fake runs, in this process, until the study has `trials` trials."""

    def run(
        knobs: str,
        trials: int,
        *,
        name: str = "study",
        stopper: Stopper | None = None,
        make_trainer: Callable[[Run], Any] = make_fake,
        **rest: Any,
    ) -> StudyResult:
        settings = walk_settings(knobs, **rest)
        study = create_study(open_storage(store.root), name, settings, store.root, goal=trials)
        task = Task(name, str(store.root), goal=trials)
        work(task, stopper or Stopper(), make_trainer=make_trainer)
        return read_study(study)

    return run


def walk_settings(knobs: str, **rest: Any) -> Settings:
    """Settings of a search of "fake/walk"."""
    fixed = {"steps": "20", "sample_every": "5", **rest.pop("fixed", {})}
    return make_settings(recipes.get(Walk.name), knobs, fixed, **rest)
