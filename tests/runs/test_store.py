import os
import subprocess
import sys
from pathlib import Path

import pytest

from ganlib.errors import RunError
from ganlib.runs import Label, RunStore, RunSummary, documents
from ganlib.runs import store as store_module
from ganlib.runs.lock import RunLock
from ganlib.runs.status import Status, read_status, write_status
from tests.support.fake_trainer import FakeConfig

WRONG_IDS = [
    "",
    ".",
    "..",
    "../20261122-0203-a1b2c3d4e5f6",
    "20261122-0203-a1b2c3d4e5f6/..",
    "20261122-0203-a1b2c3d4e5f6\n",
    "20261122-0203-A1B2C3D4E5F6",
    "20261122-0203-a1b2c3d4e5f",
    "20261122-0203-a1b2c3d4e5f67",
    "\uff120261122-0203-a1b2c3d4e5f6",
    "/etc/passwd",
    "C:\\windows",
    "20261122-0203-a1b2c3d4e5f6\0",
    "<script>alert(1)</script>",
    "x" * 10_000,
]


@pytest.mark.parametrize("run_id", WRONG_IDS, ids=range(len(WRONG_IDS)))
def test_what_is_no_run_id_never_touches_a_path(store: RunStore, run_id: str) -> None:
    for call in (
        store.open,
        store.claim,
        store.delete,
        lambda text: store.rename(text, "name"),
        lambda text: store.annotate(text, "note"),
    ):
        with pytest.raises(RunError, match=r"^A run id is .* Received: .*\.$") as caught:
            call(run_id)
        assert len(str(caught.value)) < 200
    assert not store.root.exists()


def test_a_new_run_is_queued_and_says_all_about_itself(store: RunStore) -> None:
    created = store.create("toy/scalar", FakeConfig(steps=30, seed=7))
    run = store.open(created.id)
    assert (run.id, run.recipe, run.path) == (created.id, "toy/scalar", store.root / created.id)
    assert run.config == FakeConfig(steps=30, seed=7).model_dump()
    status = run.status()
    assert (status.state, status.step, status.steps) == ("queued", 0, 30)
    assert run.label().name.startswith("toy/scalar ")
    assert run.label().note == ""
    assert len(run.history()) == 0 and len(run.scores()) == 0
    assert run.sample_steps() == [] and run.checkpoint_steps() == []
    assert run.traceback() == ""
    with pytest.raises(RunError, match="no checkpoint yet"):
        run.latest_checkpoint()


def test_open_gives_the_same_object_and_forgets_the_oldest(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_KEPT_OPEN", 2)
    ids = [store.create("toy/scalar", FakeConfig()).id for _ in range(3)]
    first = store.open(ids[0])
    assert store.open(ids[0]) is first
    store.open(ids[1])
    store.open(ids[2])
    assert store.open(ids[0]) is not first


def test_a_missing_run_is_told(store: RunStore) -> None:
    run_id = "20261122-0203-a1b2c3d4e5f6"
    for call in (store.open, store.claim, store.delete):
        with pytest.raises(RunError, match=f"^Run {run_id} does not exist.$"):
            call(run_id)
    assert store.list() == []
    assert not (store.root / run_id).exists()


def test_an_owner_in_this_process_is_known_without_asking_the_system(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = store.create("toy/scalar", FakeConfig())
    with monkeypatch.context() as patch:
        patch.setattr("ganlib.runs.lock.FileLock", None)
        assert store.open(owner.id).status().state == "queued"
        assert not RunLock(owner.path).try_acquire()
    owner.lock.release()
    other = RunLock(owner.path)
    assert other.try_acquire()
    assert not RunLock(owner.path).try_acquire()
    del other
    assert RunLock(owner.path).try_acquire()


def test_an_owner_that_lets_go_leaves_an_interrupted_run(store: RunStore) -> None:
    owner = store.create("toy/scalar", FakeConfig())
    other = RunStore(store.root)
    assert other.open(owner.id).status().state == "queued"
    with pytest.raises(RunError, match="in use by another"):
        other.claim(owner.id)
    owner.lock.release()
    status = other.open(owner.id).status()
    assert status.state == "interrupted"
    assert status.message == "The process that had it in its queue ended before its turn."
    assert read_status(owner.path) == status
    assert other.claim(owner.id).lock.held


def test_a_run_that_ends_while_a_reader_looks_is_not_marked(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create("toy/scalar", FakeConfig())
    run.lock.release()
    genuine = RunLock.try_acquire

    def ends_just_before(lock: RunLock) -> bool:
        write_status(run.path, Status("finished", 100))
        return genuine(lock)

    monkeypatch.setattr(RunLock, "try_acquire", ends_just_before)
    assert store.open(run.id).status().state == "finished"
    assert read_status(run.path).state == "finished"


@pytest.mark.parametrize("state", ["stopped", "finished", "failed", "interrupted"])
def test_a_run_that_has_ended_stays_as_it_ended(store: RunStore, state: str) -> None:
    run = store.create("toy/scalar", FakeConfig())
    written = write_status(run.path, Status(state, 100))  # type: ignore[arg-type]
    run.lock.release()
    assert store.open(run.id).status() == written


def test_a_damaged_status_can_be_resumed_from(store: RunStore) -> None:
    run = store.create("toy/scalar", FakeConfig(steps=30))
    run.lock.release()
    (run.path / "status.json").write_bytes(b"")
    status = store.open(run.id).status()
    assert (status.state, status.steps) == ("interrupted", 30)
    assert status.message == f"{run.id}/status.json is damaged. The run can be resumed."
    assert (run.path / "status.json").read_bytes() == b"", "a damaged file is left alone"


def test_names_and_notes_can_be_changed(store: RunStore) -> None:
    run = store.create("toy/scalar", FakeConfig())
    store.rename(run.id, "  <b>best</b>  ")
    store.annotate(run.id, "two\nlines")
    assert store.open(run.id).label() == Label("<b>best</b>", "two\nlines")
    assert store.list()[0].label == Label("<b>best</b>", "two\nlines")
    for name in ("", "   ", "x" * 201):
        with pytest.raises(RunError, match=r"1 to 200 characters. Received: (0|201)\.$"):
            store.rename(run.id, name)
    with pytest.raises(RunError, match=r"at most 20,000 characters. Received: 20,001\.$"):
        store.annotate(run.id, "x" * 20_001)
    (run.path / "label.json").write_bytes(b"{")
    assert store.open(run.id).label() == Label(run.id)


def test_the_list_has_the_newest_first_and_what_is_damaged(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(["0100", "0300", "0200", "0200"])
    letters = iter("fedc")
    monkeypatch.setattr(
        store_module, "new_run_id", lambda: f"20261122-{next(times)}-{next(letters) * 12}"
    )
    runs = [store.create("toy/scalar", FakeConfig()) for _ in range(4)]
    assert [row.id for row in store.list()] == [runs[index].id for index in (1, 3, 2, 0)]

    (runs[1].path / "run.json").write_bytes(b"{")
    monkeypatch.setattr(documents, "SCHEMA", 2)
    write_status(runs[2].path, Status("finished", 1))
    monkeypatch.setattr(documents, "SCHEMA", 1)
    (store.root / "notes").mkdir()
    (store.root / "20261122-0000-000000000000").mkdir()
    (store.root / "20261122-0000-00000000000a").write_text("a file")
    rows = {row.id: row for row in store.list()}
    assert set(rows) == {run.id for run in runs}
    assert rows[runs[1].id].damage == f"{runs[1].id}/run.json is damaged."
    assert rows[runs[1].id].status is None
    assert rows[runs[2].id].damage.startswith(f"{runs[2].id}/status.json was written by a later")
    assert rows[runs[0].id].damage == ""
    queued = rows[runs[0].id].status
    assert queued is not None and queued.state == "queued"


def test_a_run_folder_without_its_description_is_told(store: RunStore) -> None:
    run = store.create("toy/scalar", FakeConfig())
    (run.path / "run.json").unlink()
    assert store.list() == [], "somebody may be making it"
    run.lock.release()
    assert store.list()[0].damage == f"{run.id}/run.json is missing."


def test_delete_refuses_what_is_owned_and_removes_the_rest(store: RunStore) -> None:
    run = store.create("toy/scalar", FakeConfig())
    watching = store.open(run.id)
    with pytest.raises(RunError, match="is in use"):
        store.delete(run.id)
    assert watching.status().state == "queued"
    run.lock.release()
    store.delete(run.id)
    assert list(store.root.iterdir()) == []
    assert store.list() == []
    with pytest.raises(RunError, match="does not exist"):
        watching.status()
    with pytest.raises(RunError, match="does not exist"):
        store.open(run.id)
    assert list(store.root.iterdir()) == []


def test_damaged_runs_can_be_deleted(store: RunStore) -> None:
    run = store.create("toy/scalar", FakeConfig())
    run.lock.release()
    (run.path / "run.json").write_bytes(b"")
    store.delete(run.id)
    assert list(store.root.iterdir()) == []


def test_a_folder_that_takes_no_runs_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"^A run cannot be made in .*file: .*\.$"):
        RunStore(tmp_path / "file").create("toy/scalar", FakeConfig())


def test_the_default_root_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANLIB_RUNS", "/somewhere/else")
    assert RunStore.default_root() == Path("/somewhere/else")
    monkeypatch.delenv("GANLIB_RUNS")
    assert RunStore.default_root() == Path("runs")


def test_importing_runs_loads_neither_tensorflow_nor_streamlit() -> None:
    code = "import ganlib.runs, sys; print(*{'tensorflow', 'keras', 'streamlit'} & {*sys.modules})"
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert found.stdout.strip() == ""


def test_what_a_creation_or_deletion_left_that_was_cut_short_is_swept_away(
    store: RunStore,
) -> None:
    kept, killed, deleted = (store.create("fake/walk", FakeConfig()) for _ in range(3))
    # As a process leaves it that dies before the last file of a new run is there.
    (killed.path / "unfinished").write_bytes(b"")
    (killed.path / "run.json").unlink()
    deleted.path.rename(store.root / f".deleted-{deleted.id}-00")
    assert [row.id for row in store.list()] == [kept.id]
    store.sweep()
    assert killed.path.exists(), "it may still be being made"
    killed.lock.release()
    store.sweep()
    assert [path.name for path in store.root.iterdir()] == [kept.id]
    assert not (kept.path / "unfinished").exists()


def test_a_run_that_lost_its_description_is_not_swept_away(store: RunStore) -> None:
    run = store.create("fake/walk", FakeConfig())
    run.lock.release()
    (run.path / "run.json").unlink()
    store.sweep()
    [row] = store.list()
    assert row.damage == f"{run.id}/run.json is missing."


def test_runs_that_have_ended_are_read_once_for_the_list(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, queued = (store.create("fake/walk", FakeConfig()) for _ in range(2))
    write_status(ended.path, Status("finished", 100))
    read: list[str] = []
    summary = RunStore._summary

    def count(self: RunStore, run_id: str) -> RunSummary | None:
        read.append(run_id)
        return summary(self, run_id)

    monkeypatch.setattr(RunStore, "_summary", count)
    watching = RunStore(store.root)
    first = watching.list()
    assert watching.list() == first
    assert sorted(read) == sorted([ended.id, queued.id, queued.id])
    store.rename(ended.id, "another name")
    assert {row.label.name for row in watching.list()} > {"another name"}
