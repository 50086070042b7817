"""TensorFlow computes with oneDNN on every x86 processor, and says nothing without need."""

import os
import platform
import subprocess
import sys

import pytest

from ganlib import ONEDNN

SAYS_WHETHER_ON = "import ganlib, tensorflow"
COMPILES_OFTEN = """
import ganlib.tf_import
import tensorflow as tf
for _ in range(20):
    tf.function(lambda x: x + 1)(tf.zeros(2))
"""
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


@pytest.mark.parametrize("program", [COMPILES_OFTEN, TRAINS], ids=["often", "convolutions"])
def test_networks_are_compiled_without_a_word(program: str) -> None:
    assert stderr(program, {"TF_CPP_MIN_LOG_LEVEL": None}) == ""


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
