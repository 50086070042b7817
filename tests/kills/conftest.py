"""Processes to be killed."""

from collections.abc import Iterator

import pytest

from tests.kills.kill_processes import Pool, pool


@pytest.fixture(scope="session")
def children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """Processes that have imported TensorFlow and wait."""
    with pool(tmp_path_factory.mktemp("children"), spare=1) as made:
        yield made
