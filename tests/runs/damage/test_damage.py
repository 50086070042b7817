"""Every file of a run, damaged in every way that we could think of.

Whatever is read afterwards is what was there before, or (of a log that is cut) the
beginning of it, or a sentence that names the file; and a resume works, or says why.
Where there is a place to choose, Hypothesis chooses it: a few times for each file and
kind here, and as often as DAMAGE_EXAMPLES says:

    DAMAGE_EXAMPLES=500 python -m pytest tests/runs/test_py
"""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganlib.errors import RunError
from ganlib.events import Event
from ganlib.runs import Run, RunControl, RunStore, execute, queue_again
from ganlib.runs.control import ControlRequest
from tests.runs.damage.damaging import (
    CHOOSING,
    EVENTS,
    FIXED,
    Kind,
    Looks,
    check_looks,
    check_sentence,
    chosen,
    copy,
    damaged_copy,
    file_of,
    forge_arrays,
    forge_journal,
    forge_label,
    look,
)
from tests.support.cases import slow_but
from tests.support.fake_trainer import FakeConfig, FakeTrainer, true_walk

STEPS, LAST_SAVED = 60, 40
SAMPLED = [0, 20, 40]
FILES = (
    "journal.jsonl",
    "label.json",
    "lock",
    EVENTS,
    "checkpoints/00000020.npz",
    "checkpoints/00000040.npz",
    "samples/real.npz",
    *(f"samples/{step:08d}.npz" for step in SAMPLED),
)
# Samples of one step stand for those of all.
DAMAGED = FILES[:-2]
# Without these a run cannot be gone on with. All else can be made again, or done without.
NEEDED = ("journal.jsonl", "lock")


def _run(store: RunStore, seed: int) -> Run:
    """A run that failed at step 55, and was changed twice in its middle."""
    config = FakeConfig(steps=STEPS, sample_every=20, checkpoint_every=20, fail_at=55, seed=seed)
    run = store.create("fake/walk", config)
    control = RunControl()

    def ask(event: Event) -> None:
        if getattr(event, "last_step", 0) == 10:
            control.send(ControlRequest({"generator_learning_rate": 0.5}))
        if getattr(event, "last_step", 0) == 30:
            control.send(ControlRequest({"discriminator_learning_rate": 0.25}))

    assert execute(run, lambda run: FakeTrainer(config), control, ask) == "failed"
    store.rename(run.id, f"walk {seed}")
    store.annotate(run.id, "a note")
    return run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    """Two runs, of seeds 0 and 1."""
    store = RunStore(tmp_path_factory.mktemp("whole") / "runs")
    _run(store, 0)
    _run(store, 1)
    return store


def _ids(store: RunStore) -> tuple[str, str]:
    """The run to damage, and the other one."""
    by_name = {row.label.name: row.id for row in store.list()}
    return by_name["walk 0"], by_name["walk 1"]


@pytest.fixture(scope="module")
def before(runs: RunStore) -> Looks:
    """What is read of the whole run."""
    return look(runs.root, _ids(runs)[0], SAMPLED)


def test_every_file_of_a_run_is_damaged_here(runs: RunStore, before: Looks) -> None:
    folder = runs.root / _ids(runs)[0]
    there = {path for path in folder.rglob("*") if path.is_file()}
    assert there == {file_of(folder, name) for name in FILES}
    assert not any(isinstance(found, RunError) for found in before.values())
    assert len(before["history"][1]) == 50 and len(before["changes"]) == 2


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize(
    "kind", slow_but(CHOOSING[:1], [*CHOOSING, *FIXED]), ids=lambda kind: kind.__name__
)
def test_nothing_wrong_is_read_and_a_resume_works(
    kind: Kind, name: str, runs: RunStore, before: Looks, folder: Path
) -> None:
    ids = run_id, _ = _ids(runs)

    @given(st.data())
    def check(data: st.DataObject) -> None:
        root = damaged_copy(kind, name, runs.root, ids, folder / "runs", data)
        found = look(root, run_id, SAMPLED)
        check_looks(found, before, run_id, Path(name).name)
        _check_resume(root, run_id, Path(name).name)

    choosing = chosen.max_examples if kind in CHOOSING else 1
    settings(chosen, max_examples=choosing)(check)()


def _resume(root: Path, run_id: str) -> str:
    """How it ended, or the sentence that refused it."""
    try:
        run = RunStore(root).claim(run_id)
        try:
            queue_again(run)
            config = FakeConfig.model_validate({**run.values, "fail_at": 0})
        finally:
            run.lock.release()
    except RunError as error:
        return str(error)

    def make_trainer(run: Run) -> FakeTrainer:
        return FakeTrainer(config, *run.resume_point())

    return execute(run, make_trainer, RunControl(), tensorboard=False)


def _check_resume(root: Path, run_id: str, name: str) -> None:
    folder = root / run_id
    content = _contents(folder)
    ended = _resume(root, run_id)
    if ended != "finished":
        assert name in NEEDED, ended
        check_sentence(RunError(ended), run_id)
        assert _contents(folder) == content, "a refused resume has changed something"
        return
    run = RunStore(root).open(run_id)
    whole = FakeTrainer(FakeConfig(steps=STEPS))
    list(whole.events())
    status = run.status()
    assert (status.state, status.step, status.steps) == ("finished", STEPS, STEPS)
    assert status.weights_sha256 == whole.weights_sha256()
    history, truth = run.history(), true_walk(STEPS)
    np.testing.assert_array_equal(history.values[2:].T, truth[history.step - 1])
    # The fake trainer's clock: a hundredth of a second a step.
    np.testing.assert_allclose(history.time_s, history.step / 100)
    scores = run.scores()
    np.testing.assert_allclose(
        scores.values["w1"], np.abs(np.r_[0.0, truth[:, 0]][scores.step]), rtol=1e-6
    )
    if name != "journal.jsonl":
        assert history.step.tolist() == list(range(1, STEPS + 1))
        assert set(scores.step) >= {0, 20, 40, 60}
        assert len(run.changes()) == 2
    assert history.step.tolist()[-20:] == list(range(LAST_SAVED + 1, STEPS + 1))
    assert run.checkpoint_steps()[-1] == run.latest_checkpoint().step == STEPS


def _contents(folder: Path) -> dict[str, bytes | None]:
    """Every file but the lock, whose holder may write to it; None for what is no file."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if path.name != "lock"
    }


FORGED = {"journal.jsonl": forge_journal, "label.json": forge_label} | {
    name: forge_arrays for name in DAMAGED if name.endswith(".npz")
}


@pytest.mark.parametrize("name", FORGED)
def test_what_is_whole_and_yet_odd_is_shown_or_told(
    name: str, runs: RunStore, before: Looks, folder: Path
) -> None:
    """No checksum can tell a forged figure; but a list where a number should be breaks no page."""
    forge = FORGED[name]

    ids = run_id, _ = _ids(runs)

    @given(st.data())
    def check(data: st.DataObject) -> None:
        root = damaged_copy(
            lambda victim: forge(victim.path, victim.draw),
            name,
            runs.root,
            ids,
            folder / "runs",
            data,
        )
        found = look(root, run_id, SAMPLED)
        assert found["list"].keys() == before["list"].keys()
        for value in found.values():
            if isinstance(value, RunError):
                check_sentence(value, Path(name).name, run_id)

    settings(chosen, max_examples=5 * chosen.max_examples)(check)()


def test_any_line_of_a_journal_may_be_damaged(runs: RunStore, before: Looks, folder: Path) -> None:
    run_id = _ids(runs)[0]
    root = copy(runs.root, folder / "runs")
    path = root / run_id / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    [began] = [number for number, line in enumerate(lines) if b'"kind": "started"' in line]
    for number, line in enumerate(lines):
        damaged = line.replace(b'"kind"', b'"k\xffnd"')
        path.unlink()
        path.write_bytes(b"".join([*lines[:number], damaged, *lines[number + 1 :]]))
        found = look(root, run_id, SAMPLED)
        check_looks(found, before, run_id, path.name)
        assert not isinstance(found["open"], RunError)
        # Of what comes before the first step nothing is lost, for a header stands there twice.
        assert len(found["damage"]) == (began <= number < len(lines) - 1)
        kept = [row for row in before["history"][1] if row in found["history"][1]]
        assert len(before["history"][1]) - len(kept) in (0, 1, 9, 10)
        copied = copy(root, folder / "resumed")
        _check_resume(copied, run_id, path.name)
        after = path.read_bytes()
        assert after == b"".join([*lines[:number], damaged, *lines[number + 1 :]])
        resumed = (copied / run_id / "journal.jsonl").read_bytes()
        assert resumed.startswith(after)
