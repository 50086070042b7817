"""A run that was really trained: each of its files damaged, and trained on from what is left."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganlib import recipes
from ganlib.events import Event
from ganlib.runs import Run, RunControl, RunStore, execute, make_trainer, queue_again
from tests.runs.damage.damaging import (
    CHOOSING,
    EVENTS,
    FIXED,
    Kind,
    Looks,
    check_looks,
    chosen,
    damaged_copy,
    deleted,
    file_of,
    flipped,
    look,
    of_another_run,
)

STEPS, STOPPED_AT = 60, 50
SAMPLED = [0, 25, 50]
SMALL = {
    "steps": STEPS,
    "sample_every": 25,
    "checkpoint_every": 25,
    "milestones": 0,
    "generator_layers": 1,
    "generator_units": 8,
    "batch_size": 16,
}
FILES = (
    "journal.jsonl",
    "label.json",
    "lock",
    EVENTS,
    "checkpoints/00000025.npz",
    "checkpoints/00000050.npz",
    "samples/real.npz",
    *(f"samples/{step:08d}.npz" for step in SAMPLED),
)

pytestmark = pytest.mark.slow


def _train(store: RunStore, seed: int, stop_at: int | None = None) -> Run:
    config = recipes.get("toy/scalar").parse({**SMALL, "seed": seed, "devices": "cpu"})
    run = store.create("toy/scalar", config)
    control = RunControl()

    def stop(event: Event) -> None:
        if getattr(event, "last_step", 0) == stop_at:
            control.stop()

    ended = execute(run, make_trainer, control, stop)
    assert ended == ("finished" if stop_at is None else "stopped"), run.status().message
    return run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    """Two runs that were stopped at step 50 of 60, of seeds 0 and 1."""
    store = RunStore(tmp_path_factory.mktemp("trained") / "runs")
    for seed in (0, 1):
        _train(store, seed, STOPPED_AT)
    return store


@pytest.fixture(scope="module")
def ids(runs: RunStore) -> tuple[str, str]:
    """The run to damage, and the other one."""
    by_seed = {runs.open(row.id).config["seed"]: row.id for row in runs.list()}
    return by_seed[0], by_seed[1]


@pytest.fixture(scope="module")
def before(runs: RunStore, ids: tuple[str, str]) -> Looks:
    """What is read of the whole run."""
    return look(runs.root, ids[0], SAMPLED)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of seed 0, never stopped."""
    return _train(RunStore(tmp_path_factory.mktemp("never-stopped") / "runs"), 0)


def test_every_file_of_a_trained_run_is_damaged_here(
    runs: RunStore, ids: tuple[str, str], before: Looks
) -> None:
    folder = runs.root / ids[0]
    there = {path for path in folder.rglob("*") if path.is_file()}
    assert there == {file_of(folder, name) for name in FILES}
    assert before["checkpoint_steps"] == [25, 50] and before["sample_steps"] == SAMPLED
    assert len(before["history"][1]) == STOPPED_AT


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", [*CHOOSING, *FIXED], ids=lambda kind: kind.__name__)
def test_nothing_wrong_is_read(
    kind: Kind, name: str, runs: RunStore, ids: tuple[str, str], before: Looks, folder: Path
) -> None:
    @given(st.data())
    def check(data: st.DataObject) -> None:
        root = damaged_copy(kind, name, runs.root, ids, folder / "runs", data)
        check_looks(look(root, ids[0], SAMPLED), before, ids[0], Path(name).name)

    choosing = chosen.max_examples // 2 if kind in CHOOSING else 1
    settings(chosen, max_examples=max(1, choosing))(check)()


@pytest.mark.parametrize("kind", [flipped, of_another_run, deleted], ids=lambda kind: kind.__name__)
def test_a_damaged_newest_checkpoint_is_trained_again_from_the_one_before(
    kind: Kind, runs: RunStore, ids: tuple[str, str], whole: Run, folder: Path
) -> None:
    name, run_id = "checkpoints/00000050.npz", ids[0]

    @given(st.data())
    def check(data: st.DataObject) -> None:
        root = damaged_copy(kind, name, runs.root, ids, folder / "runs", data)
        run = RunStore(root).claim(run_id)
        assert run.latest_checkpoint().step == 25
        queue_again(run)
        seen: list[int] = []

        def note(event: Event) -> None:
            if type(event).__name__ == "Started":
                seen.append(len(run.history()))

        assert execute(run, make_trainer, RunControl(), note) == "finished"
        assert seen == [25], "what came after the checkpoint is gone until it is made again"
        assert run.status().weights_sha256 == whole.status().weights_sha256
        history, truth = run.history(), whole.history()
        assert history.columns == truth.columns
        measured = [at for at, name in enumerate(history.columns) if name != "time_s"]
        np.testing.assert_array_equal(history.values[measured], truth.values[measured])
        for name_of_score, values in whole.scores().values.items():
            of_both = np.isin(run.scores().step, whole.scores().step)
            np.testing.assert_array_equal(run.scores().values[name_of_score][of_both], values)
        for step in whole.sample_steps():
            np.testing.assert_array_equal(run.samples(step)["fresh"], whole.samples(step)["fresh"])

    settings(chosen, max_examples=1)(check)()
