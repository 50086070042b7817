"""Trains a fake run until it is killed; the first argument is the folder of runs."""

import sys

from ganlib.runs import Manager, RunControl, RunStore, execute
from tests.support.fake_trainer import FakeConfig, FakeTrainer, make_fake, register

store = RunStore(sys.argv[1])
config = FakeConfig(steps=1_000_000, delay_ms=2, checkpoint_every=20)
if sys.argv[2] == "manager":
    register()
    manager = Manager(store, 1, make_fake, tensorboard=False)
    print(manager.submit("fake/walk", config), manager.submit("fake/walk", config), flush=True)
    manager.wait()
else:
    run = store.create("fake/walk", config)
    print(run.id, flush=True)
    execute(run, lambda run: FakeTrainer(config), RunControl(), tensorboard=False)
