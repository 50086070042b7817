"""A page may need TensorFlow while the server is still importing it in another thread."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cases import slow_but

IMPORTS = """
import sys, threading, time
from ganlib import recipes
from ganlib.runs.trainers import check_memory
from ganlib.ui.run.diagrams import _described

def warm_up():
    from ganlib import training

def press_start():
    recipe = recipes.get("mnist/dcgan")
    check_memory(recipe.name, recipe.parse({"batch_size": 128}))

def look_at_networks():
    recipe = recipes.get("toy/scalar")
    _described.__wrapped__(recipe.name, recipe.parse({}).model_dump_json())

broken = []
threading.excepthook = lambda told: broken.append(repr(told.exc_value))
threads = [threading.Thread(target=warm_up), threading.Thread(target=globals()[sys.argv[1]])]
for thread in threads:
    thread.start()
    time.sleep(float(sys.argv[2]))
for thread in threads:
    thread.join()
print(broken)
"""


@pytest.mark.parametrize("seconds", slow_but(["0.5"], ["0.05", "0.5"]))
@pytest.mark.parametrize("what", slow_but(["press_start"], ["press_start", "look_at_networks"]))
def test_neither_thread_breaks_the_other(what: str, seconds: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, what, seconds],
        # So little that what a run needs is worked out.
        env={**os.environ, "GANLIB_RUNS": str(tmp_path), "GANLIB_MEMORY_GB": "3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n", done.stdout + done.stderr
