"""A server that asks for a login, and a run in it that no stranger may hear of."""

from collections.abc import Iterator

import pytest

from ganlib import recipes
from ganlib.runs import RunStore
from tests.support.login_provider import NAME, guarded
from tests.support.server import AppServer


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """For all tests of a module."""
    with guarded(tmp_path_factory.mktemp("closed")) as server:
        yield server


@pytest.fixture(scope="module")
def run_id(closed: AppServer) -> str:
    """A run that was never trained, whose name is `NAME`."""
    store = RunStore(closed.runs)
    run = store.create("toy/scalar", recipes.get("toy/scalar").parse({}))
    store.rename(run.id, NAME)
    run.lock.release()
    return run.id
