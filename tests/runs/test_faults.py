"""A run on a disk that fails, or loses its power, at any operation.

Every write, sync, cut, rename and removal of a run's life is a point at which

- the process dies: before it, in the middle of it, or behind it;
- the power fails: of what was not synced yet, all, nothing, a part, or any single operation has
  reached the disk;
- it raises: once or from there on, with no space left or with an input/output error.

Behind each the run is read, gone on with to its end, and read again. The last confirmed save must
be there, nothing wrong may be read, and the end is that of a run that nothing has ever happened to.
"""

import errno
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from ganlib.errors import RunError
from ganlib.events import Change, Event
from ganlib.runs import Run, RunControl, RunStore, execute
from ganlib.runs.control import ControlRequest
from tests.support.fake_trainer import FakeConfig, FakeTrainer, Walk, make_fake, true_walk
from tests.support.quick_folder import quick_folder
from tests.support.recorded_disk import (
    Failure,
    Image,
    Operation,
    RecordedDisk,
    found_on,
    image,
    images_when_killed,
    images_without_power,
    put,
)

STEPS = 40
CONFIG = FakeConfig(steps=STEPS, sample_every=20, checkpoint_every=10, milestones=1)
CHANGE_AT = 20
NAME = "renamed in the middle"


class Control(RunControl):
    """Somebody who makes room as soon as a run asks for it, or rather stops it.

    Args:
        disk: that the run writes to.
        stops: whether the run is stopped in the place of being given room.
    """

    def __init__(self, disk: RecordedDisk, *, stops: bool = False):
        super().__init__()
        self.rests: list[str] = []
        self._disk = disk
        self._stops = stops

    def wait_while_paused(self, **how: Any) -> None:
        self.rests.append("rested")
        if self._stops:
            self.send("stop")
        else:
            self._disk.mend()
            self.send("unpause")


class Life:
    """A run from its creation to its end on a recorded disk.

    Attributes:
        run_id: the run's; empty where it could not be made.
        saved: (operations so far, step) of each save that was confirmed.
        changed: operations at which the change was confirmed.
        named: operations at which the new name was confirmed.
        ended: operations at which the end was confirmed.
    """

    def __init__(self, disk: RecordedDisk, control: Control, config: FakeConfig = CONFIG):
        self.run_id = ""
        self.saved: list[tuple[int, int]] = []
        self.changed = self.named = self.ended = 10**9
        self.problem: RunError | None = None
        store = RunStore(disk.root)
        with disk.installed():
            try:
                run = store.create("fake/walk", config)
            except RunError as error:
                self.problem = error
                return
            self.run_id = run.id

            def watch(event: Event) -> None:
                kind = type(event).__name__
                if kind == "Checkpoint":
                    self.saved.append((len(disk.done), event.step))
                elif kind == "Metrics" and event.last_step == CHANGE_AT:
                    control.send(ControlRequest({"discriminator_steps": 2}))
                    if _renamed(store, run.id):
                        self.named = len(disk.done)
                elif kind == "Metrics" and event.last_step > CHANGE_AT:
                    self.changed = min(self.changed, len(disk.done))

            trainer = FakeTrainer(config)
            state = execute(run, lambda run: trainer, control, watch, tensorboard=False)
            if state == "finished":
                self.ended = len(disk.done)

    def confirmations(self) -> list[int]:
        """Operations at which something was confirmed."""
        return [*(at for at, _ in self.saved), self.changed, self.named, self.ended]


def _renamed(store: RunStore, run_id: str) -> bool:
    try:
        store.rename(run_id, NAME)
    except RunError as error:
        assert "cannot be changed" in str(error)
        return False
    return True


@pytest.fixture(scope="module")
def whole() -> Iterator[tuple[RecordedDisk, Life]]:
    """A life in which nothing happens."""
    with quick_folder() as path:
        disk = RecordedDisk(path)
        yield disk, Life(disk, Control(disk))


# -- what must hold of what is found ------------------------------------------------------


def check_what_can_be_read(run: Run) -> None:
    """Nothing that is read is wrong: it is a part of the truth, or an error in one sentence."""
    truth = true_walk(STEPS)
    history = run.history()
    # Of lines that no sync has followed, any may be lost.
    assert (np.diff(history.step) > 0).all()
    if len(history):
        np.testing.assert_array_equal(history.values[2:].T, truth[history.step - 1])
        assert (np.diff(history.time_s) > 0).all()
    scores = run.scores()
    for step, value in zip(scores.step, scores.values.get("w1", ()), strict=True):
        assert value == (abs(_walk_at(int(step))[0]))
    for step in run.sample_steps():
        try:
            samples = run.samples(step)
        except RunError:
            continue
        assert (samples["fixed"] == step).all()
    for step in run.checkpoint_steps():
        try:
            checkpoint = run.checkpoint(step)
        except RunError:
            continue
        np.testing.assert_array_equal(checkpoint.state["walk/0"], _walk_at(step))
    # Other processes do not know the recipe, and so not its title.
    assert run.label().name in (NAME, run.id) or run.label().name.startswith(
        (Walk.title, Walk.name)
    )
    assert run.changes() in ((), (Change(CHANGE_AT, {"discriminator_steps": 2}),))
    run.status()


def check_what_was_confirmed(run: Run, life: Life, operations: int) -> None:
    """All that the run had been told to be safe is there."""
    saved = [step for at, step in life.saved if at <= operations]
    if saved:
        assert run.latest_checkpoint().step >= saved[-1]
        assert run.history().step.tolist()[: saved[-1]] == list(range(1, saved[-1] + 1))
        due = [step for step in range(0, saved[-1], CONFIG.sample_every)]
        assert run.scores().step.tolist()[: len(due)] == due
        assert len(run.real()) and all(len(run.samples(step)["fixed"]) for step in due)
        assert {step for step in saved if step % 20 == 0} <= {
            one.step
            for one in run.record().checkpoints.values()
            if one.milestone and run.checkpoint(one.step)
        }
    if life.changed <= operations:
        assert len(run.changes()) == 1
    if life.named <= operations:
        assert run.label().name == NAME
    if life.ended <= operations:
        assert run.status().state == "finished"


def go_on(run: Run, steps: int) -> str:
    """Goes on to a total of steps, as `resume` does."""
    run.note("queued", replace(run.status(), state="queued", steps=steps))
    return execute(run, make_fake, RunControl(), tensorboard=False)


def check_the_end(run: Run, steps: int) -> None:
    """Everything is as in a life in which nothing has happened."""
    np.testing.assert_array_equal(run.history().values[2:].T, true_walk(steps))
    assert run.history().step.tolist() == list(range(1, steps + 1))
    assert run.scores().step.tolist() == list(range(0, steps + 1, CONFIG.sample_every))
    found = run.status()
    assert (found.state, found.step) == ("finished", steps)
    np.testing.assert_array_equal(run.latest_checkpoint().state["walk/0"], _walk_at(steps))
    assert not list(run.path.rglob(".[!l]*.tmp"))


def check_image(files: Image, life: Life, operations: int, *, goes_on: bool = True) -> str:
    """All of the above for a disk as it may be found; what is wrong, or nothing."""
    with quick_folder() as path:
        put(files, path)
        store = RunStore(path)
        try:
            listed = store.list()
            created = [row for row in listed if not row.damage]
            if life.saved and operations >= life.saved[0][0] and not created:
                return "the run is gone"
            if not created:
                return ""
            run = store.open(life.run_id)
            check_what_can_be_read(run)
            check_what_was_confirmed(run, life, operations)
            if not goes_on:
                return ""
            steps = STEPS + 10 if run.status().state == "finished" else STEPS
            assert go_on(run, steps) == "finished", f"{run.status().message} {run.traceback()}"
            check_the_end(RunStore(path).open(life.run_id), steps)
        except (AssertionError, RunError, OSError, ValueError, KeyError) as error:
            return f"{type(error).__name__}: {error}"
    return ""


@cache
def _walk_at(step: int) -> np.ndarray:
    """(2,): the state behind a step."""
    move = np.random.default_rng([0, step]).normal(size=2) if step else np.zeros(2)
    return move + _walk_at(step - 1) if step else move


def problems_of(images: Iterator[tuple[int, str, Image]], life: Life) -> Iterator[str]:
    """What is wrong with each. What has been looked at is not looked at again, but for what was
    confirmed meanwhile; what differs in its samples alone goes on alike."""
    read: set[Any] = set()
    gone_on: set[Any] = set()
    for operations, what, files in images:
        confirmed = sum(at <= operations for at in life.confirmations())
        everything = hash(frozenset(files.items())), confirmed
        if everything in read:
            continue
        read.add(everything)
        decisive = hash(frozenset(pair for pair in files.items() if "/samples/" not in pair[0]))
        goes_on = decisive not in gone_on
        gone_on.add(decisive)
        if problem := check_image(files, life, operations, goes_on=goes_on):
            yield f"after operation {operations}, {what}: {problem}"


# -- the tests ----------------------------------------------------------------------------


def test_every_operation_is_known(whole: tuple[RecordedDisk, Life]) -> None:
    disk, life = whole
    assert image(disk.done) == found_on(disk.root)
    kinds = {operation.kind for operation in disk.done}
    assert kinds == {
        "make folder", "create", "write", "sync", "rename", "remove", "sync folder",
    }  # fmt: skip
    assert [step for _, step in life.saved] == [10, 20, 30, 40]


@pytest.mark.slow
def test_a_process_that_dies_at_any_operation(whole: tuple[RecordedDisk, Life]) -> None:
    disk, life = whole
    images = (
        (number, what, files)
        for number in range(1, len(disk.done) + 1)
        for what, files in images_when_killed(disk.done[:number])
    )
    assert list(problems_of(images, life)) == []


def _without_power(operations: list[Operation], *, each: bool) -> Iterator[tuple[int, str, Image]]:
    for number in range(1, len(operations) + 1):
        for what, files in images_without_power(operations[:number], each=each):
            yield number, what, files


@pytest.mark.slow
def test_a_power_failure_at_any_operation(whole: tuple[RecordedDisk, Life]) -> None:
    disk, life = whole
    assert list(problems_of(_without_power(disk.done, each=True), life)) == []


# -- what raises --------------------------------------------------------------------------

FAILURES = [
    pytest.param(errno.ENOSPC, False, False, id="no space once"),
    pytest.param(errno.ENOSPC, False, True, id="no space once, in the middle of a write"),
    pytest.param(errno.ENOSPC, True, False, id="no space until there is room"),
    pytest.param(errno.EIO, False, False, id="an error once"),
    pytest.param(errno.EIO, False, True, id="an error once, in the middle of a write"),
    pytest.param(errno.EIO, True, False, id="errors from there on"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("code", "lasting", "partial"), FAILURES)
def test_an_operation_that_raises(
    whole: tuple[RecordedDisk, Life], code: int, lasting: bool, partial: bool
) -> None:
    problems = []
    for at in range(len(whole[0].done)):
        failure = Failure(at, code, lasting=lasting, partial=partial)
        if problem := _after_a_failure(failure, stops=False):
            problems.append(f"operation {at}: {problem}")
    assert problems == []


@pytest.mark.slow
def test_a_run_that_is_stopped_on_a_full_disk(whole: tuple[RecordedDisk, Life]) -> None:
    problems = []
    for at in range(len(whole[0].done)):
        if problem := _after_a_failure(Failure(at, errno.ENOSPC, lasting=True), stops=True):
            problems.append(f"operation {at}: {problem}")
    assert problems == []


def _after_a_failure(failure: Failure, *, stops: bool) -> str:
    """A life with a failure, and what is found behind it once the disk is mended."""
    with quick_folder() as path:
        disk = RecordedDisk(path, failure)
        control = Control(disk, stops=stops)
        life = Life(disk, control)
        if not disk.failed:
            return "nothing failed"
        if life.problem is not None:
            rest = found_on(path)
            return "" if not rest and "cannot be created" in str(life.problem) else f"left: {rest}"
        store = RunStore(path)
        try:
            run = store.open(life.run_id)
            check_what_can_be_read(run)
            # A failed operation changes what is done behind it, so it counts up to the end.
            check_what_was_confirmed(run, life, 10**8)
            found = run.status()
            if failure.code == errno.ENOSPC and control.rests and not stops:
                assert found.state == "finished", f"{found.state}: {found.message}"
            if found.state == "failed":
                assert found.message.endswith(".") and len(found.message) < 300
            steps = STEPS + 10 if found.state == "finished" else STEPS
            assert go_on(run, steps) == "finished", f"{run.status().message} {run.traceback()}"
            check_the_end(RunStore(path).open(life.run_id), steps)
        except (AssertionError, RunError, OSError, ValueError, KeyError) as error:
            return f"{type(error).__name__}: {error}"
    return ""


# -- that these tests can fail ------------------------------------------------------------


@pytest.mark.parametrize(
    ("forgotten", "sentence"),
    [
        ("sync folder 2", "the run is gone"),
        ("sync folder checkpoints", "has no checkpoint yet|assert 10 >= 20"),
        ("sync checkpoints", "checkpoints of run .* can be read"),
        ("sync journal.jsonl", "has no checkpoint yet|assert 10 >= 20"),
        ("sync samples", r"samples/.*\.npz is damaged"),
        ("sync folder samples", r"samples/.*\.npz is missing"),
    ],
)
def test_without_a_sync_a_power_failure_loses_what_was_confirmed(
    forgotten: str, sentence: str
) -> None:
    def syncs(operation: Operation) -> bool:
        *_, below = operation.path.partition("/")
        return not f"{operation.kind} {below or operation.path}".startswith(forgotten)

    with quick_folder() as path:
        disk = RecordedDisk(path, syncs=syncs)
        life = Life(disk, Control(disk))
        problems = problems_of(_without_power(disk.done, each=False), life)
        assert any(re.search(sentence, problem) for problem in problems)
