"""The estimate of a training's memory is close to its peak, and not far below it."""

import json
import subprocess
import sys

import pytest

from tests.support import ROOT

# Prints the estimate and the peak of resident memory beyond what TensorFlow took, bytes.
_TRAIN = """
import json, re, sys, tempfile
from pathlib import Path
import psutil
from ganlib import recipes
from ganlib.runs import RunControl, RunStore, execute, make_trainer
from ganlib.training.memory_estimate import memory_estimate

name, knobs = sys.argv[1], json.loads(sys.argv[2])
recipe = recipes.get(name)
config = recipe.parse({**knobs, "steps": 3, "checkpoint_every": 2})
estimate = memory_estimate(recipe, config).at(config.batch_size)
loaded = psutil.Process().memory_info().rss
with tempfile.TemporaryDirectory() as folder:
    run = RunStore(folder).create(name, config)
    assert execute(run, make_trainer, RunControl()) == "finished", run.status().message
# getrusage would count the peak of the parent process.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(json.dumps([estimate, 1024 * int(peak[1]) - loaded]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "knobs"),
    [
        ("mnist/dcgan", {"batch_size": 512}),
        ("toy/scalar", {"batch_size": 256, "gradient_penalty": "none", "minibatch_kernels": 64}),
    ],
)
def test_the_estimate_is_near_the_peak(name: str, knobs: dict[str, object]) -> None:
    command = [sys.executable, "-c", _TRAIN, name, json.dumps(knobs)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    estimate, peak = json.loads(done.stdout.splitlines()[-1])
    assert 0.8 < estimate / peak < 1.9
