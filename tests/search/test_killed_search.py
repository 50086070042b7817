"""What killed workers leave, and that other workers finish it: no trial is lost or done twice."""

import json
import os
import random
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from ganlib.runs import RunStore
from ganlib.search import Settings, Stopper, StudyResult, Task, read_study, work
from ganlib.search import claims as claims_module
from ganlib.search import sampling as sampling_module
from ganlib.search import trial as trial_module
from ganlib.search.storage import create_study, open_storage
from tests.search.conftest import Search, walk_settings
from tests.support.fake_trainer import make_fake, true_walk

KNOBS = "generator_learning_rate,beta_1"


class Killed(BaseException):
    """The process ends here: nothing in `ganlib` catches this."""


def checked(result: StudyResult, store: RunStore, trials: int) -> None:
    """Each trial is finished, each has a run of its own, and there are no other runs."""
    assert [one.number for one in result.trials] == list(range(trials))
    assert result.counts() == {"finished": trials, "pruned": 0, "failed": 0}
    ids = [one.run_ids[0] for one in result.trials]
    assert sorted(ids) == sorted(row.id for row in store.list())
    steps = result.settings.steps
    for one in result.trials:
        assert len(one.run_ids) == 1
        run = store.open(one.run_ids[0])
        assert run.status().state == "finished"
        assert {name: run.values[name] for name in one.knobs} == one.knobs
        # No step is missing, and none was made twice.
        np.testing.assert_array_equal(run.history().values[2:].T, true_walk(steps))


@pytest.mark.parametrize(
    ("module", "name", "before"),
    [
        # A trial without knobs, and one with knobs and without a lock of its own.
        (sampling_module, "suggest", True),
        (sampling_module, "suggest", False),
        # A run that its trial does not know of.
        (trial_module, "_attach", True),
        # A run that has been trained, whose value its trial does not know.
        (trial_module, "_attach", False),
        (trial_module, "_values", True),
        (trial_module, "_values", False),
    ],
)
def test_a_process_that_ends_at_a_bad_moment(
    search: Search,
    store: RunStore,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    before: bool,
) -> None:
    real = getattr(module, name)

    def killed(*arguments: object) -> None:
        if not before:
            real(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, name, killed)
        for _ in range(2):
            with pytest.raises(Killed):
                search(KNOBS, 2, sampler="random")
    result = search(KNOBS, 2, sampler="random")
    checked(result, store, 2)
    undisturbed = search(KNOBS, 2, sampler="random", name="other")
    assert [one.knobs for one in undisturbed.trials] == [one.knobs for one in result.trials]


def test_a_trial_whose_run_somebody_has_resumed_is_left_alone(
    search: Search, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(trial_module, "_values", killed)
        with pytest.raises(Killed):
            search(KNOBS, 1)
    [row] = store.list()
    owner = store.claim(row.id)
    assert search(KNOBS, 1).counts()["finished"] == 0
    owner.lock.release()
    checked(search(KNOBS, 1), store, 1)


@pytest.mark.slow
def test_workers_that_are_killed_again_and_again(store: RunStore) -> None:
    trials = 12
    fixed = {"steps": "40", "sample_every": "5", "checkpoint_every": "10", "delay_ms": "25"}
    settings = walk_settings(KNOBS, sampler="random", fixed=fixed)
    study = create_study(open_storage(store.root), "study", settings, store.root, goal=trials)
    task = Task("study", str(store.root), goal=trials)
    moments = random.Random(0)
    for _ in range(3):
        _killed_after(task, moments.uniform(0.02, 1.5))
    assert len(read_study(study).trials) <= trials
    work(task, Stopper(), make_trainer=make_fake)
    checked(read_study(study), store, trials)
    _same_knobs_as_undisturbed(read_study(study), settings, store)


def _killed_after(task: Task, seconds: float) -> None:
    """Starts two workers and kills both of them at once."""
    program = str(Path(__file__).with_name("killed_search.py"))
    processes = [
        subprocess.Popen(
            [sys.executable, program, json.dumps(asdict(task))],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for _ in range(2)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.communicate()


def _same_knobs_as_undisturbed(result: StudyResult, settings: Settings, store: RunStore) -> None:
    """A random search tries the same knobs, whoever works on which trial."""
    other = RunStore(store.root.with_name("undisturbed"))
    study = create_study(open_storage(other.root), "study", settings, other.root)
    work(Task("study", str(other.root), goal=len(result.trials)), Stopper(), make_trainer=make_fake)
    undisturbed = read_study(study)
    assert [one.knobs for one in undisturbed.trials] == [one.knobs for one in result.trials]
    assert [one.values for one in undisturbed.trials] == [one.values for one in result.trials]


def test_several_workers_begin_exactly_as_many_trials_as_there_should_be(
    search: Search, store: RunStore
) -> None:
    settings = walk_settings(KNOBS)
    study = create_study(open_storage(store.root), "study", settings, store.root)
    # Claims are held, so that the claims of both connections alternate.
    taken = []
    for turn in range(6):
        other = Task("study", str(store.root)).open() if turn % 2 else study
        taken.append(claims_module.claim(other, settings, store.root, goal=4, until=None))
    assert [one is None for one in taken] == [False] * 4 + [True] * 2
    assert [one.trial.number for one in taken if one] == [0, 1, 2, 3]
    # The workers that held two of them die.
    for one in taken[1:3]:
        assert one is not None
        one.release(ended=False)
    again = [claims_module.claim(study, settings, store.root, goal=4, until=None) for _ in range(3)]
    assert [one and one.trial.number for one in again] == [1, 2, None]
    assert [one.knobs for one in again if one] == [one.knobs for one in taken[1:3] if one]
    late = claims_module.claim(study, settings, store.root, goal=9, until=time.time())
    assert late is None
