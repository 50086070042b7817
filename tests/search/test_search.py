"""Searches with fake runs: samplers, pruning, seeds, failures, and going on."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from ganlib import recipes
from ganlib.errors import ConfigError
from ganlib.events import Samples
from ganlib.runs import Run, RunControl, RunStore, execute, queue_again
from ganlib.search import Stopper, StudyResult, Task, make_settings, read_study, work
from ganlib.search.storage import create_study, open_storage
from tests.search.conftest import Search, walk_settings
from tests.support.fake_trainer import FakeConfig, FakeTrainer, make_fake, true_walk


def walk_value(seed: int) -> float:
    """The mean of the scores of steps 10, 15 and 20, as the walk is not changed by any knob."""
    return float(np.abs(true_walk(20, seed)[[9, 14, 19], 0]).astype(float).mean())


def test_every_trial_is_an_ordinary_run(search: Search, store: RunStore) -> None:
    result = search("generator_learning_rate,beta_1,batch_size=16|32", 4)
    assert result.counts() == {"finished": 4, "pruned": 0, "failed": 0}
    assert [one.number for one in result.trials] == [0, 1, 2, 3]
    runs = {row.id: row for row in store.list()}
    for one in result.trials:
        run = runs.pop(one.run_ids[0])
        assert run.status and run.status.state == "finished"
        assert run.label.tags == ("study", f"trial {one.number}")
        assert {name: run.values[name] for name in one.knobs} == one.knobs
        assert one.values[0] == pytest.approx(walk_value(0), rel=1e-6)
    assert not runs
    assert not list(store.root.glob(".search/study trial *.lock"))


def test_a_study_goes_on_and_its_random_knobs_depend_on_the_seed_only(search: Search) -> None:
    knobs = "generator_learning_rate,beta_1"
    whole = search(knobs, 6, name="whole", sampler="random", seed=3)
    for goal in (2, 5, 5, 6):
        parts = search(knobs, goal, name="parts", sampler="random", seed=3)
        assert len(parts.trials) == goal
    assert [one.knobs for one in parts.trials] == [one.knobs for one in whole.trials]
    other = search(knobs, 6, name="other", sampler="random", seed=4)
    assert [one.knobs for one in other.trials] != [one.knobs for one in whole.trials]


def test_a_grid_has_every_combination_once(search: Search) -> None:
    knobs = "loss=hinge|relativistic,batch_size=16:64"
    result = search(knobs, 6, sampler="grid", points=3)
    found = sorted((one.knobs["loss"], one.knobs["batch_size"]) for one in result.trials)
    assert found == list(itertools.product(["hinge", "relativistic"], [16, 32, 64]))


def test_a_grid_limits_the_number_of_trials() -> None:
    knobs = "loss=hinge|relativistic,batch_size=16:64"
    grid = walk_settings(knobs, sampler="grid", points=3)
    assert [grid.limit(trials) for trials in (None, 4, 6, 20)] == [6, 4, 6, 6]
    other = walk_settings(knobs)
    assert [other.limit(trials) for trials in (None, 20)] == [None, 20]


def test_a_study_may_be_named_like_a_trial_of_another(search: Search, store: RunStore) -> None:
    def begin_another(run: Run) -> FakeTrainer:
        if not other:
            other.append(search("beta_1", 1, name="study.0"))
        return make_fake(run)

    other: list[StudyResult] = []
    assert search("beta_1", 1, make_trainer=begin_another).finished()
    assert other[0].finished()


def test_workers_share_the_memory(store: RunStore) -> None:
    settings = make_settings(recipes.get("toy/scalar"), "beta_1", {"steps": "20"})
    study = create_study(open_storage(store.root), "study", settings, store.root)
    # Of the 100 GB of these tests.
    work(Task("study", str(store.root), goal=1, workers=10_000), Stopper())
    [trial] = read_study(study).trials
    assert trial.state == "failed" and "memory" in trial.reason
    assert not store.list()


def test_the_value_is_the_mean_over_seeds(search: Search, store: RunStore) -> None:
    result = search("beta_1", 2, seeds=3, fixed={"seed": "5"})
    for one in result.trials:
        assert [store.open(run).values["seed"] for run in one.run_ids] == [5, 6, 7]
        wanted = np.mean([walk_value(seed) for seed in (5, 6, 7)])
        assert one.values == (pytest.approx(wanted, rel=1e-6),)
    assert len(store.list()) == 6


def test_a_combination_that_the_recipe_refuses_fails_with_the_reason(
    search: Search, store: RunStore
) -> None:
    result = search("packing=1|3,batch_size=16|32", 4, sampler="grid")
    failed = [one for one in result.trials if one.state == "failed"]
    assert result.counts() == {"finished": 2, "pruned": 0, "failed": 2}
    assert {one.knobs["packing"] for one in failed} == {3}
    assert all(one.reason.startswith("packing must divide batch_size") for one in failed)
    assert len(store.list()) == 2 and not any(one.run_ids for one in failed)


def test_a_run_that_fails(search: Search) -> None:
    [trial] = search("beta_1", 1, fixed={"diverge_at": "7"}).trials
    assert (trial.state, len(trial.run_ids)) == ("failed", 1)
    assert trial.reason.startswith("Training diverged")


class Rated(FakeTrainer):
    """A walk with a score that is the batch size."""

    def _samples(self) -> Samples:
        return replace(super()._samples(), scores={"w1": float(self.config.batch_size)})


def make_rated(run: Run) -> Rated:
    config = FakeConfig.model_validate({**run.values, "steps": run.status().steps})
    return Rated(config, *run.resume_point())


def test_a_pruned_run_is_stopped_and_can_be_resumed(search: Search, store: RunStore) -> None:
    result = search(
        "batch_size=16|17|64",
        14,
        sampler="random",
        prune="median",
        fixed={"steps": "60", "sample_every": "10"},
        make_trainer=make_rated,
    )
    pruned = [one for one in result.trials if one.state == "pruned"]
    assert {one.knobs["batch_size"] for one in pruned} >= {64}
    # The first three are compared with nobody, and nobody is pruned in the first tenth.
    assert all(one.number >= 3 and list(one.course) == [10] for one in pruned)
    assert all(one.course[10] == one.knobs["batch_size"] for one in pruned)
    assert {one.reason for one in pruned} == {
        "At step 10, its score was worse than that of other trials."
    }
    run = store.claim(pruned[0].run_ids[0])
    assert (run.status().state, run.status().step, run.checkpoint_steps()) == ("stopped", 10, [10])
    queue_again(run)
    assert execute(run, make_rated, RunControl(), tensorboard=False) == "finished"
    np.testing.assert_array_equal(run.history().values[2:].T[-1], true_walk(60)[-1])


def test_two_objectives_give_a_front(search: Search) -> None:
    result = search("beta_1", 4, objectives=("w1", "time"))
    assert result.directions == ("minimize", "minimize")
    assert len(result.best()) == 2
    # All runs are equally good and take the same time: none dominates another.
    assert len(result.front()) == 4
    assert all(one.values[1] == pytest.approx(0.2) for one in result.front())


def test_an_interrupted_trial_continues_from_its_checkpoint(
    search: Search, store: RunStore
) -> None:
    class StopInFirst(Stopper):
        def new_control(self) -> RunControl:
            control = super().new_control()
            # Stops as soon as training has begun.
            self.stop()
            return control

    result = search("beta_1", 3, stopper=StopInFirst())
    [trial] = result.trials
    assert trial.state == "running"
    assert store.open(trial.run_ids[0]).status().state == "interrupted"
    result = search("beta_1", 3)
    assert result.counts()["finished"] == 3 and result.trials[0].run_ids == trial.run_ids
    assert len(store.list()) == 3


def test_a_study_of_other_settings_is_refused(search: Search, store: RunStore) -> None:
    search("beta_1", 1)
    storage = open_storage(store.root)
    for knobs, options, sentence in (
        ("loss=hinge|relativistic", {}, "Study study exists with the knobs beta_1=0:0.95:linear."),
        ("beta_1", {"sampler": "random"}, "Study study exists with --sampler tpe."),
        ("beta_1", {"objectives": ("coverage",)}, "Study study exists with the objective w1."),
        ("beta_1", {"fixed": {"steps": "30"}}, "Study study exists with --set steps=20, "),
    ):
        with pytest.raises(ConfigError) as raised:
            create_study(storage, "study", walk_settings(knobs, **options), store.root)
        assert str(raised.value).startswith(sentence)


def test_settings_give_a_study_its_name() -> None:
    first, again = walk_settings("beta_1"), walk_settings("beta_1", fixed={"steps": "020"})
    assert first.default_name() == again.default_name()
    assert first.default_name() != walk_settings("beta_1", seed=1).default_name()
    assert len(first.default_name()) <= 20
