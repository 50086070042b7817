"""What all processes to be killed share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def children(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for the log, the cache and temporary files of the processes."""
    return tmp_path_factory.mktemp("children")
