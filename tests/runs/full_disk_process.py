"""Fills a small disk under a run, makes room again, and prints what the run said of it as JSON.

The first argument is a folder that is a file system of its own, of a few MB.
"""

import json
import sys
from pathlib import Path

import numpy as np

from ganlib.errors import RunError
from ganlib.runs import Manager, RunStore
from tests.support.fake_trainer import FakeConfig, make_fake, register, true_walk, wait_until

STEPS = 3_000

disk = Path(sys.argv[1])
filler = disk / "filler"


def fill() -> None:
    """Leaves not a single byte."""
    with open(filler, "ab", buffering=0) as file:
        for size in (64 * 1024, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue


store = RunStore(disk / "runs")
register()
manager = Manager(store, 1, make_fake, tensorboard=False)
config = FakeConfig(steps=STEPS, sample_every=100, checkpoint_every=50, delay_ms=1)
run_id = manager.submit("fake/walk", config)
run = RunStore(store.root).open(run_id)
wait_until(lambda: run.status().step > 200)
fill()
wait_until(lambda: run.status().state == "paused")
paused = run.status()
full_at = len(run.history())
try:
    store.create("fake/walk", config)
    refused = ""
except RunError as error:
    refused = str(error)
# Without room it rests again.
manager.command(run_id, "unpause")
wait_until(lambda: manager.requested(run_id) == "pause")
filler.unlink()
manager.command(run_id, "unpause")
ended = manager.wait(60)
np.testing.assert_array_equal(run.history().values[2:].T, true_walk(STEPS))
print(
    json.dumps(
        {
            "paused": paused.message,
            "rows_when_full": full_at,
            "refused": refused.replace(str(store.root), "RUNS"),
            "state": run.status().state if ended else "not ended",
            "message": run.status().message,
            "scores": run.scores().step.tolist(),
            "left": sorted(path.name for path in run.path.rglob("*.tmp")),
        }
    )
)
