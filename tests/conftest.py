"""What every test may rely on: no network, no real cache or run folder, a quiet TensorFlow."""

import os
import sys
from collections.abc import Iterator

import pytest

# TensorFlow and Keras read these when they are first imported, so before any fixture.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["KERAS_BACKEND"] = "tensorflow"


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps the machine's data, cache and runs out of the tests, and the tests out of them."""
    folder = tmp_path_factory.mktemp("ganlib")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANLIB_OFFLINE", "1")
        patch.setenv("GANLIB_CACHE", str(folder / "cache"))
        patch.setenv("GANLIB_RUNS", str(folder / "runs"))
        for variable in ("GANLIB_DATA", "GANLIB_WEBHOOK", "GANLIB_URL"):
            patch.delenv(variable, raising=False)
        yield


@pytest.fixture(autouse=True)
def own_main() -> Iterator[None]:
    """Streamlit puts the script that it tests in the main module's place and leaves it there.

    A process that a later test starts would begin with it.
    """
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main
