"""Reads and tries to write where nothing may be written; the first argument is the folder of runs.

Prints one JSON object: what was read, and what came of each attempt to write.
"""

import json
import sys
from pathlib import Path

from ganlib.errors import RunError
from ganlib.runs import Manager, RunStore
from tests.support.fake_trainer import FakeConfig, make_fake, register

root = Path(sys.argv[1])
store = RunStore(root)
register()
manager = Manager(store, 1, make_fake, tensorboard=False)
rows = store.list()
[run_id] = [row.id for row in rows if row.label.name == "ended"]
run = store.open(run_id)
found = {
    "states": sorted(row.status.state for row in rows if row.status),
    "damage": [row.damage for row in rows],
    "active": len(store.active()),
    "rows": len(run.history()),
    "scores": len(run.scores()),
    "samples": run.samples(50)["fresh"].shape,
    "checkpoint": run.latest_checkpoint().step,
}
attempts = {
    "create": lambda: store.create("fake/walk", FakeConfig()),
    "submit": lambda: manager.submit("fake/walk", FakeConfig()),
    "resume": lambda: manager.resume(run_id, 200),
    "rename": lambda: store.rename(run_id, "other"),
    "annotate": lambda: store.annotate(run_id, "other"),
    "delete": lambda: store.delete(run_id),
}
for name, attempt in attempts.items():
    try:
        attempt()
        found[name] = "done"
    except RunError as error:
        found[name] = str(error)
assert manager.shutdown(timeout_s=20)
print(json.dumps(found))
