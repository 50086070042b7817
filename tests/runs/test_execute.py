import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from ganlib.data.partial import Partial
from ganlib.errors import RunError
from ganlib.events import Change, Checkpoint, Event, Metrics, Phase
from ganlib.runs import Run, RunControl, RunStore, execute, queue_again
from ganlib.runs.control import ControlRequest
from ganlib.runs.execute import failure_message
from ganlib.runs.writer import RunWriter
from tests.support.fake_trainer import (
    NAMES,
    FakeConfig,
    FakeTrainer,
    make_fake,
    true_walk,
    wait_until,
)


def _execute(run: Run, config: FakeConfig, control: RunControl | None = None, **options) -> str:
    checkpoint = run.latest_checkpoint() if run.checkpoint_steps() else None
    trainer = FakeTrainer(config, checkpoint)
    return execute(run, lambda run: trainer, control or RunControl(), tensorboard=False, **options)


@contextmanager
def executing(
    store: RunStore, config: FakeConfig, control: RunControl, **options: Any
) -> Iterator[Run]:
    """A run in a thread of its own, as another process sees it; stopped at the end."""
    run = store.create("fake/walk", config)
    thread = threading.Thread(target=_execute, args=(run, config, control), kwargs=options)
    thread.start()
    try:
        yield RunStore(store.root).open(run.id)
    finally:
        control.send("stop")
        thread.join(timeout=20)


def _check_history(run: Run, steps: int) -> None:
    history = run.history()
    assert history.step.tolist() == list(range(1, steps + 1))
    np.testing.assert_array_equal(history.values[2:].T, true_walk(steps))


def test_a_finished_run_has_everything(store: RunStore) -> None:
    config = FakeConfig(steps=100)
    run = store.create("fake/walk", config)
    seen: list[str] = []
    assert _execute(run, config, on_event=lambda event: seen.append(type(event).__name__)) == (
        "finished"
    )
    assert not run.lock.held
    assert seen[:4] == ["Phase", "Phase", "Started", "Samples"] and seen[-1] == "Finished"

    run = store.open(run.id)
    status = run.status()
    walk = true_walk(100)
    assert (status.state, status.step, status.steps) == ("finished", 100, 100)
    assert (status.phase, status.message, status.device) == ("", "", "CPU")
    assert status.parameters == {"generator": 2}
    assert status.data == "Walks, made up: 10 of 20"
    assert status.elapsed_s == pytest.approx(1.0)
    # 90 steps behind the first call in 0.9 s.
    assert status.steps_per_second == pytest.approx(100.0)
    assert status.latest == pytest.approx(dict(zip(NAMES, walk[90:].mean(axis=0), strict=True)))
    assert status.metrics == {"w1": pytest.approx(walk[-1, 0])}
    assert status.started <= status.ended
    whole = FakeTrainer(config)
    list(whole.events())
    assert status.weights_sha256 == whole.weights_sha256()

    _check_history(run, 100)
    np.testing.assert_allclose(run.history().time_s, np.arange(1, 101) / 100)
    scores = run.scores()
    assert scores.step.tolist() == [0, 50, 100]
    assert scores.values["w1"] == pytest.approx(abs(np.r_[0.0, walk[49, 0], walk[99, 0]]))
    assert status.scores == {"w1": pytest.approx(scores.values["w1"][-1])}
    assert (status.best_scores, status.best_steps) == ({"w1": 0.0}, {"w1": 0})
    assert run.sample_steps() == [0, 50, 100]
    assert run.samples(50)["fresh"].tolist() == np.full((4, 8, 8, 1), 51).tolist()
    assert run.real().shape == (4, 8, 8, 1)
    assert run.checkpoint_steps() == [100]
    assert run.traceback() == ""


def test_the_status_tells_the_phase_before_the_first_step(store: RunStore) -> None:
    config = FakeConfig(steps=20)
    run = store.create("fake/walk", config)
    watching = RunStore(store.root).open(run.id)
    phases = []

    def note(event: Event) -> None:
        status = watching.status()
        phases.append((type(event).__name__, status.state, status.phase))

    _execute(run, config, on_event=note)
    assert phases[:3] == [
        ("Phase", "running", "loading TensorFlow"),
        ("Phase", "running", "counting to ten"),
        ("Started", "running", ""),
    ]


@pytest.mark.parametrize(
    ("every", "autosave_s", "kept"),
    [(40, 0.0, [80, 100]), (0, 0.0, [90, 100]), (0, 1e9, [100])],
    ids=["by steps", "by time", "at the end"],
)
def test_checkpoints_are_written_by_steps_or_by_time(
    store: RunStore,
    every: int,
    autosave_s: float,
    kept: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # By way of sys.modules, for the package has a function of the module's name.
    monkeypatch.setattr(sys.modules["ganlib.runs.execute"], "AUTOSAVE_S", autosave_s)
    config = FakeConfig(steps=100, checkpoint_every=every)
    run = store.create("fake/walk", config)
    _execute(run, config)
    assert run.checkpoint_steps() == kept


def test_pause_stops_the_step_counter_and_leaves_a_checkpoint(store: RunStore) -> None:
    config = FakeConfig(steps=100_000, delay_ms=1)
    control = RunControl()
    with executing(store, config, control) as watching:
        wait_until(lambda: watching.status().step > 0)
        control.send("pause")
        wait_until(lambda: watching.status().state == "paused")
        step = watching.status().step
        assert step == len(watching.history())
        wait_until(lambda: watching.checkpoint_steps()[-1:] == [step])
        time.sleep(0.2)
        assert watching.status().step == step == len(watching.history())
        control.send("unpause")
        wait_until(lambda: watching.status().state == "running" and watching.status().step > step)
        control.send("pause")
        wait_until(lambda: watching.status().state == "paused")
    status = watching.status()
    assert status.state == "stopped"
    assert len(status.weights_sha256) == 64
    assert status.step == len(watching.history()) == watching.latest_checkpoint().step


def test_a_stop_is_told_before_all_is_saved(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def save(writer: RunWriter, checkpoint: Checkpoint) -> None:
        status = RunStore(store.root).list()[0].status
        told.append((status.state, status.phase, status.step))

    monkeypatch.setattr(RunWriter, "save", save)
    control = RunControl()
    with executing(store, FakeConfig(steps=100_000, delay_ms=1), control) as watching:
        wait_until(lambda: watching.status().step > 0)
    ended = watching.status()
    assert told == [("running", "stopping", ended.step)]
    assert (ended.state, ended.phase) == ("stopped", "")


@pytest.mark.parametrize("stop_at", [0, 10, 50, 90])
def test_a_stopped_and_resumed_run_is_the_one_never_stopped(store: RunStore, stop_at: int) -> None:
    config = FakeConfig(steps=100)
    run = store.create("fake/walk", config)
    control = RunControl()

    def stop(event: Event) -> None:
        if getattr(event, "step", getattr(event, "last_step", -1)) == stop_at:
            control.send("stop")

    assert _execute(run, config, control, on_event=stop) == "stopped"
    assert run.status().step == stop_at
    watching = store.open(run.id)
    watching.history()
    run = store.claim(run.id)
    assert queue_again(run) == config
    assert watching.status().state == "queued"
    assert _execute(run, config) == "finished"

    whole = store.create("fake/walk", config)
    _execute(whole, config)
    assert run.status().weights_sha256 == whole.status().weights_sha256
    np.testing.assert_allclose(run.history().values, whole.history().values)
    _check_history(watching, 100)
    # Samples of the rest stay, which the whole run does not have; scores there are none of.
    assert watching.sample_steps() == sorted({*whole.sample_steps(), stop_at})
    assert watching.scores().step.tolist() == whole.scores().step.tolist()


def test_a_crash_behind_a_checkpoint_doubles_and_drops_nothing(store: RunStore) -> None:
    config = FakeConfig(steps=200, checkpoint_every=40, sample_every=20)
    run = store.create("fake/walk", config)
    with pytest.raises(KeyboardInterrupt):
        _execute(run, config, on_event=_raise_at(110, KeyboardInterrupt()))
    watching = store.open(run.id)
    status = watching.status()
    assert (status.state, status.step) == ("interrupted", 110)
    _check_history(watching, 110)
    assert watching.checkpoint_steps() == [40, 80]
    # The newest cannot be read: the one before is gone on from.
    (run.path / "checkpoints" / "00000080.npz").write_bytes(b"torn")
    left: list[list[int]] = []
    messages: list[str] = []

    def note(event: Event) -> None:
        if type(event).__name__ == "Started":
            left.append([len(watching.history()), *watching.sample_steps()])
            messages.append(watching.status().message)

    assert _execute(store.claim(run.id), config, on_event=note) == "finished"
    assert left == [[40, 0, 20, 40]], "what came after the checkpoint is gone until it is made anew"
    assert "The checkpoint of step 80 cannot be read" in messages[0]
    _check_history(watching, 200)
    assert watching.scores().step.tolist() == list(range(0, 201, 20))
    assert watching.sample_steps() == list(range(0, 201, 20))
    assert watching.checkpoint_steps() == [160, 200]


def _raise_at(step: int, error: BaseException):
    def on_event(event: Event) -> None:
        if getattr(event, "last_step", 0) == step:
            raise error

    return on_event


def test_a_failure_is_one_sentence_and_a_traceback(store: RunStore) -> None:
    config = FakeConfig(fail_at=57)
    run = store.create("fake/walk", config)
    assert _execute(run, config) == "failed"
    run = store.open(run.id)
    status = run.status()
    assert status.state == "failed"
    assert status.message == (
        "ValueError at step 56: the walk met a wall. The traceback is in the run's journal.jsonl."
    )
    assert "in _advance" in run.traceback() and "and a second line" in run.traceback()
    _check_history(run, 50)


@pytest.mark.parametrize(("fail_at", "closed"), [(0, True), (57, False)])
def test_a_trainer_is_closed_unless_it_failed(store: RunStore, fail_at: int, closed: bool) -> None:
    config = FakeConfig(fail_at=fail_at)
    trainer = FakeTrainer(config)
    execute(store.create("fake/walk", config), lambda run: trainer, RunControl(), tensorboard=False)
    assert trainer.closed == closed


@pytest.mark.parametrize("fails", [False, True])
def test_a_run_that_ends_while_loading_releases_the_lock_of_its_download(
    store: RunStore, tmp_path: Path, fails: bool
) -> None:
    part = Partial("tiny", "http://127.0.0.1:9/tiny", tmp_path / "cache" / "tiny.part", (1,))
    control = RunControl()

    def downloading() -> Iterator[Phase]:
        while True:
            yield Phase("downloading tiny")

    class Loading(FakeTrainer):
        def events(self) -> Iterator[Event]:
            yield from part.fetch(downloading)

    def end(event: Event) -> None:
        if "downloading" in event.text:
            if fails:
                raise ValueError("no more")
            control.send("stop")

    run = store.create("fake/walk", FakeConfig())
    trainer = Loading(FakeConfig())
    state = execute(run, lambda run: trainer, control, end, tensorboard=False)
    assert state == ("failed" if fails else "stopped")
    with FileLock(part.path.with_suffix(".lock"), timeout=0):
        pass


def test_divergence_is_told_in_its_own_words(store: RunStore) -> None:
    config = FakeConfig(diverge_at=57, checkpoint_every=10)
    run = store.create("fake/walk", config)
    assert _execute(run, config) == "failed"
    assert run.status().message == (
        "Training diverged: generator loss was no longer a finite number at step 57. "
        "Lower learning rates or a gradient clip often help. You can fork the run from its "
        "checkpoint of step 50, before it diverged."
    )
    assert run.latest_checkpoint().step == 50
    # Going on clears the story of the failure.
    mended = FakeConfig(checkpoint_every=10)
    assert _execute(store.claim(run.id), mended) == "finished"
    assert run.status().message == "" and run.traceback() == ""
    _check_history(run, 100)


def test_failures_while_the_trainer_is_made_belong_to_the_run(store: RunStore) -> None:
    def broken(run: Run) -> FakeTrainer:
        raise ImportError("no TensorFlow here")

    run = store.create("fake/walk", FakeConfig())
    errors: list[Exception] = []
    state = execute(run, broken, RunControl(), tensorboard=False, on_error=errors.append)
    assert state == "failed" and [type(error) for error in errors] == [ImportError]
    assert run.status().message == (
        "ImportError at step 0: no TensorFlow here. The traceback is in the run's journal.jsonl."
    )


def test_a_trainer_that_just_ends_has_failed(store: RunStore) -> None:
    class Lazy(FakeTrainer):
        def events(self) -> Iterator[Event]:
            return iter(list(super().events())[:-1])

    run = store.create("fake/walk", FakeConfig())
    assert execute(run, lambda run: Lazy(FakeConfig()), RunControl(), tensorboard=False) == "failed"
    assert "the trainer ended before its last step" in run.status().message


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ValueError(), "ValueError at step 1,234. The traceback is in the run's journal.jsonl."),
        (OSError(28, "No space"), "OSError at step 1,234: [Errno 28] No space. The traceback"),
        (KeyError("a."), "KeyError at step 1,234: 'a.'. The traceback"),
        (RuntimeError("a " * 500), "..."),
        (RunError("Run x has gone."), "Run x has gone."),
    ],
)
def test_what_a_user_is_told(error: Exception, sentence: str) -> None:
    told = failure_message(error, 1234)
    assert sentence in told
    assert "\n" not in told and len(told) < 320


@pytest.mark.parametrize(
    ("done", "stop", "steps", "message"),
    [
        (100, False, None, "has finished its 100 steps; .* Received: none"),
        (100, False, 100, "has finished its 100 steps; .* Received: 100"),
        (50, True, 40, "has a checkpoint at step 50, .* Received: 40"),
    ],
)
def test_a_resume_needs_something_left_to_do(
    store: RunStore, done: int, stop: bool, steps: int | None, message: str
) -> None:
    config = FakeConfig(steps=100)
    run = store.create("fake/walk", config)
    control = RunControl()

    def on_event(event: Event) -> None:
        if stop and getattr(event, "last_step", 0) == done:
            control.send("stop")

    _execute(run, config, control, on_event=on_event)
    before = run.status()
    run = store.claim(run.id)
    with pytest.raises(RunError, match=message):
        queue_again(run, steps)
    assert run.status() == before


def test_wishes_of_a_paused_run_are_granted_one_step_at_a_time(store: RunStore) -> None:
    config = FakeConfig(steps=100_000, delay_ms=1)
    control = RunControl()
    with executing(store, config, control) as watching:
        wait_until(lambda: watching.status().step > 0)
        control.send("pause")
        wait_until(lambda: watching.status().state == "paused")
        step = watching.status().step
        for at, learns in enumerate(("discriminator", "generator", "both"), 1):
            control.send(ControlRequest(learns=learns))
            wait_until(lambda at=at: step + at in watching.sample_steps())
            assert len(watching.history()) == step + at
        assert watching.status().state == "paused"
        control.send(ControlRequest({"loss": "hinge"}))
        wait_until(lambda: len(watching.changes()) == 3)
    # A usual step needs no repeating.
    assert watching.changes() == (
        Change(step, {}, "discriminator"),
        Change(step + 1, {}, "generator"),
        Change(step + 3, {"loss": "hinge"}),
    )
    assert watching.latest_checkpoint().step == watching.status().step == step + 3


def test_a_change_that_cannot_be_made_is_told_and_the_run_goes_on(store: RunStore) -> None:
    config = FakeConfig(steps=50)
    run = store.create("fake/walk", config)
    control = RunControl()
    control.send(ControlRequest({"loss": "wasserstein"}))
    control.send(ControlRequest({"loss": "hinge"}))
    told = []

    def listen(event: Event) -> None:
        told.append(run.status().message)

    assert _execute(run, config, control, on_event=listen) == "finished"
    assert "loss cannot become wasserstein." in told
    assert [change.knobs for change in run.changes()] == [{"loss": "hinge"}]


def test_a_wish_of_a_run_that_is_paused_before_it_has_networks_waits(store: RunStore) -> None:
    config = FakeConfig(steps=50)
    run = store.create("fake/walk", config)
    control = PatientControl()
    control.send("pause")
    control.send(ControlRequest({"loss": "hinge"}))
    thread = threading.Thread(target=_execute, args=(run, config, control))
    thread.start()
    try:
        wait_until(lambda: control.waited == 1 and run.status().state == "paused")
        # Would it go round and round, it would come by again at once.
        time.sleep(0.3)
        assert control.waited == 1
        assert not run.changes()
    finally:
        control.send("unpause")
        thread.join(timeout=20)
    assert [change.knobs for change in run.changes()] == [{"loss": "hinge"}]


class PatientControl(RunControl):
    """Counts how often it is asked to wait."""

    waited = 0

    def wait_while_paused(self, **how: Any) -> None:
        self.waited += 1
        super().wait_while_paused(**how)


def test_a_step_by_hand_is_made_where_the_samples_of_the_step_before_are_still_due(
    store: RunStore,
) -> None:
    config = FakeConfig(steps=100_000)
    control = RunControl()

    def pause_before_the_samples(event: Event) -> None:
        if isinstance(event, Metrics) and event.last_step == 50:
            control.send("pause")

    with executing(store, config, control, on_event=pause_before_the_samples) as watching:
        wait_until(lambda: watching.status().state == "paused")
        assert watching.status().step == 50
        control.send(ControlRequest(learns="discriminator"))
        wait_until(lambda: 51 in watching.sample_steps() and watching.status().step == 51)
    assert watching.sample_steps() == [0, 50, 51]


def test_slow_motion_takes_turns_and_ends_when_it_is_told(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By way of sys.modules, for the package has a function of the module's name.
    monkeypatch.setattr(sys.modules["ganlib.runs.execute"], "SLOW_S", 0.02)
    config = FakeConfig(steps=100_000, delay_ms=1)
    control = RunControl()
    control.send("slow")
    with executing(store, config, control) as watching:
        wait_until(lambda: len(watching.changes()) >= 4)
        control.send("normal")
        slow = len(watching.changes())
        wait_until(lambda: watching.status().step > slow + 50)
    turns = [change.learns for change in watching.changes()]
    assert turns[:4] == ["discriminator", "generator"] * 2
    assert len(turns) <= slow + 1
    assert watching.changes()[0].step == 0


def test_a_resumed_run_knows_what_was_changed(store: RunStore) -> None:
    config = FakeConfig(steps=50)
    run = store.create("fake/walk", config)
    control = RunControl()
    control.send(ControlRequest({"loss": "hinge"}))
    _execute(run, config, control)
    assert make_fake(run).changes == [Change(0, {"loss": "hinge"})]


def test_a_run_whose_checkpoints_are_gone_does_not_start_over_without_a_word(
    store: RunStore,
) -> None:
    config = FakeConfig(steps=60, checkpoint_every=20, fail_at=50)
    run = store.create("fake/walk", config)
    assert _execute(run, config) == "failed"
    for path in (run.path / "checkpoints").iterdir():
        path.unlink()
    sentence = rf"The checkpoints of run {run.id} are gone \(the last was of step 40\)"
    with pytest.raises(RunError, match=sentence):
        queue_again(store.claim(run.id))
    assert len(run.history()) == 40
