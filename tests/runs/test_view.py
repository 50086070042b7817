"""The fold over a journal: what a resume makes void, and what readers of the same run share."""

import numpy as np

from ganlib.events import Change, Checkpoint, DataReport, Metrics, Samples, Started
from ganlib.runs import Run, RunStore
from ganlib.runs.journal import decode_line, encode_line
from ganlib.runs.view import RunView
from ganlib.runs.writer import RunWriter
from tests.support.fake_trainer import FakeConfig

REAL = np.zeros((4, 1), np.float32)


def session(store: RunStore, run_id: str, start: int, end: int, value: float) -> None:
    """Ten steps a block from a step on, each with samples and a checkpoint; then it is killed."""
    with RunWriter(store.claim(run_id), tensorboard=False) as writer:
        writer.begin()
        data = DataReport("Walks", "made up")
        writer.write(Started(start, {}, data, "CPU", REAL, ("loss",), elapsed_s=start / 10))
        for step in range(start + 10, end + 1, 10):
            rows = np.full((10, 1), value, np.float32)
            writer.write(Metrics(step - 9, rows, step / 10))
            writer.write(Samples(step, REAL + value, REAL, scores={"w1": value}))
            writer.save(Checkpoint(step, step / 10, {"weights": REAL + value}))


def killed_and_resumed(store: RunStore) -> Run:
    """A run whose first session came to step 40, and whose second went on from step 20 to 30."""
    run = store.create("fake/walk", FakeConfig())
    run.lock.release()
    session(store, run.id, 0, 40, 1.0)
    session(store, run.id, 20, 30, 2.0)
    return run


def test_what_came_after_the_resumed_step_is_void(store: RunStore) -> None:
    run = killed_and_resumed(store)
    history = run.history()
    assert history.step.tolist() == list(range(1, 31))
    assert history["loss"].tolist() == [1.0] * 20 + [2.0] * 10
    np.testing.assert_allclose(history.time_s, np.arange(1, 31) / 10)
    assert run.scores().at(20) == {"w1": 1.0} and run.scores().at(30) == {"w1": 2.0}
    assert run.sample_steps() == [10, 20, 30]
    assert (run.samples(30)["fixed"] == 2.0).all()
    assert run.record().status.step == 30 and not run.record().gaps


def test_scores_read_as_they_come_are_those_read_at_once(store: RunStore) -> None:
    """With a score that comes later, one that is missing, a step scored twice, and a resume."""
    run = store.create("fake/walk", FakeConfig())
    run.lock.release()
    said: dict[int, dict[str, float]] = {}
    for start, scored in (
        (0, [(0, {"a": 1.0}), (10, {"a": 2.0}), (10, {"a": 3.0, "b": 4.0}), (20, {"d": 5.0})]),
        (10, [(10, {"a": 6.0}), (15, {"b": 7.0, "c": 8.0}), (30, {}), (40, {"c": 9.0})]),
    ):
        said = {step: scores for step, scores in said.items() if step <= start}
        with RunWriter(store.claim(run.id), tensorboard=False) as writer:
            writer.begin()
            data = DataReport("Walks", "made up")
            writer.write(Started(start, {}, data, "CPU", REAL, ("loss",), elapsed_s=start / 10))
            for step, scores in scored:
                writer.write(Samples(step, REAL, REAL, scores=scores))
                said |= {step: scores} if scores else {}
                found = run.scores()
                assert found.step.tolist() == sorted(said)
                assert {one: found.at(one) for one in said} == said
    at_once = RunView(run.path).refresh().scores
    assert at_once.step.tolist() == found.step.tolist()
    assert at_once.values.keys() == found.values.keys() == {"a", "b", "c"}
    for name in at_once.values:
        np.testing.assert_array_equal(at_once.values[name], found.values[name])


def test_a_resume_counts_though_its_own_line_is_lost(store: RunStore) -> None:
    run = killed_and_resumed(store)
    path = run.path / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    [resumed] = [n for n, line in enumerate(lines) if b'"kind": "resumed"' in line]
    path.unlink()
    path.write_bytes(b"".join([*lines[:resumed], b"#" + lines[resumed], *lines[resumed + 1 :]]))
    assert run.history()["loss"].tolist() == [1.0] * 20 + [2.0] * 10
    assert run.sample_steps() == [10, 20, 30]


def test_a_history_that_goes_on_is_told_from_one_that_went_back(store: RunStore) -> None:
    run = store.create("fake/walk", FakeConfig())
    run.lock.release()
    session(store, run.id, 0, 20, 1.0)
    first = run.history()
    session(store, run.id, 20, 30, 2.0)
    second = run.history()
    assert second.log is first.log and len(second) == 30
    session(store, run.id, 10, 30, 3.0)
    third = run.history()
    assert third.log is not first.log
    # What a page has read does not change under it.
    assert first["loss"].tolist() == [1.0] * 20
    assert second["loss"].tolist() == [1.0] * 20 + [2.0] * 10
    assert not third.values.flags.writeable


def test_a_change_counts_at_its_own_step(store: RunStore) -> None:
    run = store.create("fake/walk", FakeConfig())
    with RunWriter(run, tensorboard=False) as writer:
        writer.begin()
        writer.write(Change(5, {"loss": "hinge"}))
        # As older versions wrote it.
        writer._append("change", writer.status, {"knobs": {"loss": "wasserstein"}})
    assert store.open(run.id).changes() == (
        Change(5, {"loss": "hinge"}),
        Change(0, {"loss": "wasserstein"}),
    )


def test_all_readers_in_a_process_share_one_view(store: RunStore) -> None:
    run = killed_and_resumed(store)
    other = RunStore(store.root).open(run.id)
    assert other is not run
    assert other.record() is run.record()


def test_every_line_says_how_the_run_stands(store: RunStore) -> None:
    run = killed_and_resumed(store)
    for number, line in enumerate((run.path / "journal.jsonl").read_bytes().splitlines()):
        found = decode_line(line)
        assert found is not None and found["n"] == number
        assert found["status"]["steps"] == 100 and found["status"]["state"]
    assert run.status().state == "interrupted" and run.status().step == 30


def test_a_figure_that_float32_cannot_hold_is_kept_exactly(store: RunStore) -> None:
    run = store.create("fake/walk", FakeConfig())
    with RunWriter(run, tensorboard=False) as writer:
        writer.begin()
        writer.write(Started(0, {}, DataReport("Walks", "made up"), "CPU", REAL, ("loss",)))
        writer.write(Metrics(1, np.array([[0.1], [np.nan], [1e300]]), 1.0))
    assert run.history()["loss"].tobytes() == np.array([0.1, np.nan, 1e300]).tobytes()


def test_a_block_of_metrics_without_times_is_a_gap(store: RunStore) -> None:
    run = killed_and_resumed(store)
    path = run.path / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    at, line = next(
        (n, found) for n, one in enumerate(lines) if (found := decode_line(one)) and "rows" in found
    )
    fixed = ("n", "kind", "step", "status")
    fields = {name: value for name, value in line.items() if name not in (*fixed, "since_s")}
    lines[at] = encode_line(*(line[name] for name in fixed), fields)
    path.unlink()
    path.write_bytes(b"".join(lines))
    assert run.history().step.tolist() == list(range(11, 31))
    assert [(gap.first, gap.last) for gap in run.record().gaps] == [(at, at)]
