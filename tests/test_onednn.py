"""TensorFlow computes with oneDNN on every x86 processor, and has nothing to say about it."""

import os
import platform
import subprocess
import sys

import pytest

from ganlib import ONEDNN

SAYS_WHETHER_ON = "import ganlib, tensorflow"
TRAINS = """
from ganlib import recipes
from ganlib.training import Trainer
recipe = recipes.get("mnist/dcgan")
type(recipe).evaluation_count = 4
for _ in Trainer(recipe, recipe.parse({"steps": 1, "batch_size": 4})).events():
    pass
"""


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="oneDNN's are for x86")
@pytest.mark.parametrize(("asked", "on"), [(None, True), ("0", False)])
def test_it_is_on_unless_told_otherwise(asked: str | None, on: bool) -> None:
    said = stderr(SAYS_WHETHER_ON, {ONEDNN: asked})
    assert ("oneDNN custom operations are on" in said) is on


def test_a_convolutional_network_is_compiled_without_a_word() -> None:
    assert stderr(TRAINS, {"TF_CPP_MIN_LOG_LEVEL": None}) == ""


def stderr(program: str, changes: dict[str, str | None]) -> str:
    """What a Python with these variables, or without where there is None, writes there."""
    variables = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "0", **changes}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={key: value for key, value in variables.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr
