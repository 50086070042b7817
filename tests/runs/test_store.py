import shutil
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ganlib.errors import ConfigError, RunError
from ganlib.runs import Label, Run, RunStore, journal, queue_again
from ganlib.runs import run as run_module
from ganlib.runs import store as store_module
from ganlib.runs.lock import is_owned
from ganlib.runs.status import Status
from tests.support import stored_runs
from tests.support.fake_trainer import FakeConfig, wait_until


def test_a_new_run_is_queued_and_says_all_about_itself(store: RunStore) -> None:
    created = store.create("toy/scalar", FakeConfig(steps=30, seed=7))
    run = store.open(created.id)
    assert (run.id, run.recipe, run.path) == (created.id, "toy/scalar", store.root / created.id)
    assert run.values == FakeConfig(steps=30, seed=7).model_dump()
    status = run.status()
    assert (status.state, status.step, status.steps) == ("queued", 0, 30)
    assert run.label().name == "One number at a time #1"
    assert run.label().note == ""
    assert len(run.history()) == 0 and len(run.scores()) == 0
    assert run.sample_steps() == [] and run.checkpoint_steps() == []
    assert run.traceback() == ""
    with pytest.raises(RunError, match="no checkpoint yet"):
        run.latest_checkpoint()


def test_open_gives_the_same_object(store: RunStore) -> None:
    run_id = store.create("toy/scalar", FakeConfig()).id
    assert store.open(run_id) is store.open(run_id)


def test_a_missing_run_is_told(store: RunStore) -> None:
    run_id = "20261122-0203-a1b2c3d4e5f6"
    for call in (store.open, store.claim, store.delete):
        with pytest.raises(RunError, match=f"^Run {run_id} does not exist.$"):
            call(run_id)
    assert store.list() == []
    assert not (store.root / run_id).exists()


def test_an_owner_that_lets_go_leaves_an_interrupted_run(store: RunStore) -> None:
    owner = store.create("toy/scalar", FakeConfig())
    other = RunStore(store.root)
    assert other.open(owner.id).status().state == "queued"
    with pytest.raises(RunError, match="in use by another"):
        other.claim(owner.id)
    owner.lock.release()
    status = other.open(owner.id).status()
    assert status.state == "interrupted"
    assert status.message == "The process ended while this run was waiting in its queue."
    assert status.ended == status.heartbeat
    assert other.claim(owner.id).lock.held


def test_a_run_that_ends_while_a_reader_looks_has_ended(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create("toy/scalar", FakeConfig())
    run.lock.release()

    def ends_just_before(folder: Path) -> bool:
        run.note("ended", Status("finished", 100))
        return is_owned(folder)

    monkeypatch.setattr(run_module, "is_owned", ends_just_before)
    assert store.open(run.id).status().state == "finished"


def test_readers_do_not_take_each_other_for_the_owner(store: RunStore) -> None:
    fcntl = pytest.importorskip("fcntl")
    run = store.create("toy/scalar", FakeConfig())
    assert is_owned(run.path)
    run.lock.release()
    with (run.path / "lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert not is_owned(run.path)
    (run.path / "lock").unlink()
    assert not is_owned(run.path)
    assert not (run.path / "lock").exists()


@pytest.mark.parametrize("text", ["/dev/null", "a file"])
def test_a_folder_of_runs_that_is_a_file_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(
        RunError, match=r"^The folder of runs .* cannot be read: Not a directory\.$"
    ):
        RunStore(tmp_path / text).list()


@pytest.mark.parametrize("state", ["stopped", "finished", "failed", "interrupted"])
def test_a_run_that_has_ended_stays_as_it_ended(store: RunStore, state: str) -> None:
    run = store.create("toy/scalar", FakeConfig())
    written = Status(state, 100)  # type: ignore[arg-type]
    run.note("ended", written)
    run.lock.release()
    found = store.open(run.id).status()
    assert found == replace(written, heartbeat=found.heartbeat)


def test_readers_write_nothing(store: RunStore) -> None:
    run = store.create("toy/scalar", FakeConfig())
    run.lock.release()
    before = {path: path.read_bytes() for path in run.path.iterdir()}
    assert store.open(run.id).status().state == "interrupted"
    assert store.list()[0].status is not None
    assert {path: path.read_bytes() for path in run.path.iterdir()} == before


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
    for damaged in (b"{", b"[]", b"{}", b"\xff", b"[" * 100_000):
        (run.path / "label.json").write_bytes(damaged)
        assert store.open(run.id).label() == Label(run.id)
    (run.path / "label.json").unlink()
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

    (runs[1].path / "journal.jsonl").write_bytes(b"{")
    _change_header(runs[2], {"format": 2})
    (store.root / "notes").mkdir()
    (store.root / "20261122-0000-000000000000").mkdir()
    (store.root / "20261122-0000-00000000000a").write_text("a file")
    rows = {row.id: row for row in store.list()}
    assert set(rows) == {run.id for run in runs}
    assert rows[runs[1].id].damage == f"{runs[1].id}/journal.jsonl is damaged."
    assert rows[runs[1].id].status is None
    assert rows[runs[2].id].damage == (
        f"{runs[2].id}/journal.jsonl has format 2; this version of ganlib reads format 1."
    )
    assert rows[runs[0].id].damage == ""
    queued = rows[runs[0].id].status
    assert queued is not None and queued.state == "queued"


def _change_header(run: Run, changes: dict[str, object]) -> None:
    """Writes other values into every header of a run's journal, as another version would."""
    path = run.path / "journal.jsonl"
    lines = [journal.decode_line(line) for line in path.read_bytes().splitlines()]
    content = b""
    for line in lines:
        assert line is not None
        fields = {name: line.pop(name) for name in ("n", "kind", "step", "status")}
        content += journal.encode_line(*fields.values(), line | changes)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"format": 2}, "has format 2; this version"),
        ({"format": None}, "has format None; this version"),
        ({"format": "1"}, "has format '1'; this version"),
        ({"run": "20261122-0203-a1b2c3d4e5f6"}, "belongs to another run"),
        ({"recipe": 7}, "is damaged"),
        ({"config": []}, "is damaged"),
        ({"parent": {"run": "../..", "step": 0}}, "is damaged"),
    ],
    ids=range(7),
)
def test_a_journal_that_is_not_ours_is_refused_in_one_sentence(
    store: RunStore, changes: dict[str, object], told: str
) -> None:
    run = store.create("toy/scalar", FakeConfig())
    _change_header(run, changes)
    before = (run.path / "journal.jsonl").read_bytes()
    for read in (lambda: store.open(run.id), lambda: Run(run.path), run.record):
        with pytest.raises(RunError, match=f"^{run.id}/journal.jsonl {told}.*\\.$"):
            read()
    assert store.list()[0].damage.startswith(f"{run.id}/journal.jsonl {told}")
    assert (run.path / "journal.jsonl").read_bytes() == before


@pytest.mark.parametrize("number", [0, 1])
def test_a_run_survives_either_of_its_first_lines(store: RunStore, number: int) -> None:
    run = store.create("toy/scalar", FakeConfig(seed=5))
    path = run.path / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number] = lines[number].replace(b"toy/scalar", b"toy/plane!")
    path.write_bytes(b"".join(lines))
    found = RunStore(store.root).open(run.id)
    assert (found.recipe, found.values["seed"]) == ("toy/scalar", 5)
    assert found.record().header == run.header
    assert found.status().state == "queued"


def test_a_run_folder_without_its_journal_is_told(store: RunStore) -> None:
    run = store.create("toy/scalar", FakeConfig())
    (run.path / "journal.jsonl").unlink()
    assert store.list() == [], "somebody may be making it"
    run.lock.release()
    assert store.list()[0].damage == f"{run.id}/journal.jsonl is missing."


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
    (run.path / "journal.jsonl").write_bytes(b"")
    store.delete(run.id)
    assert list(store.root.iterdir()) == []


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        ("gone/recipe", "There is no recipe 'gone/recipe'"),
        ("toy/scalar", "Unknown knob 'delay_ms'"),
    ],
)
def test_a_run_whose_config_is_not_allowed_any_more_can_be_read_and_deleted(
    store: RunStore, recipe: str, told: str
) -> None:
    run = store.create(recipe, FakeConfig(steps=30))
    run.lock.release()
    found = store.open(run.id)
    [row] = store.list()
    assert (row.recipe, row.damage, found.values["steps"]) == (recipe, "", 30)
    assert found.status().steps == 30 and len(found.history()) == 0
    owner = store.claim(run.id)
    for use in (lambda: found.config, lambda: queue_again(owner)):
        with pytest.raises(ConfigError, match=told):
            use()
    owner.lock.release()
    store.delete(run.id)
    assert store.list() == []


def test_tags_are_kept_beside_name_and_note(store: RunStore) -> None:
    run = store.create("toy/scalar", FakeConfig())
    run.lock.release()
    store.rename(run.id, "best")
    store.tag(run.id, [" slides ", "slides", "keep", "été"])
    assert store.open(run.id).label() == Label("best", "", ("slides", "keep", "été"))
    store.annotate(run.id, "a note")
    assert RunStore(store.root).list()[0].label == Label(
        "best", "a note", ("slides", "keep", "été")
    )
    store.tag(run.id, [])
    assert store.open(run.id).label().tags == ()


@pytest.mark.parametrize(
    ("tags", "error"),
    [
        ([""], "A tag has 1 to 20 characters. Received: ''."),
        (["  "], "A tag has 1 to 20 characters. Received: ''."),
        (["x" * 21], f"A tag has 1 to 20 characters. Received: '{'x' * 21}'."),
        ([str(at) for at in range(11)], "A run has at most 10 tags. Received: 11."),
    ],
)
def test_tags_that_are_refused(store: RunStore, tags: list[str], error: str) -> None:
    run = store.create("toy/scalar", FakeConfig())
    store.tag(run.id, ["before"])
    with pytest.raises(RunError) as raised:
        store.tag(run.id, tags)
    assert str(raised.value) == error
    assert run.label().tags == ("before",)


def test_a_group_survives_renames_and_copies_and_ends_with_its_runs(
    store: RunStore, tmp_path: Path
) -> None:
    group = store.new_group("Digits", FakeConfig(), 2)
    assert group == "Digits, 2 seeds #1"
    runs = [store.create("toy/scalar", FakeConfig(seed=seed), group=group) for seed in (3, 4)]
    other = store.create("toy/scalar", FakeConfig())
    for run in (*runs, other):
        run.lock.release()
    assert [run.label().name for run in (*runs, other)] == [
        "One number at a time, seed 3 #1",
        "One number at a time, seed 4 #1",
        "One number at a time #1",
    ]
    store.rename(runs[0].id, "best")
    store.tag(runs[0].id, ["slides"])
    assert runs[0].label() == Label("best", "", ("slides",), group)
    shutil.copytree(store.root, tmp_path / "copy")
    copy = RunStore(tmp_path / "copy")
    assert {row.id for row in copy.list() if row.label.group == group} == {run.id for run in runs}
    assert copy.new_group("Digits", FakeConfig(), 2) == "Digits, 2 seeds #2"

    store.group(other.id, f" {group} ")
    store.group(runs[0].id, "")
    store.delete(runs[1].id)
    assert {row.id: row.label.group for row in store.list()} == {other.id: group, runs[0].id: ""}
    with pytest.raises(RunError) as raised:
        store.group(other.id, "x" * 201)
    assert str(raised.value) == "A group's name has at most 200 characters. Received: 201."
    assert other.label().group == group


def test_label_of_an_earlier_version_has_no_tags(store: RunStore) -> None:
    run = store.create("toy/scalar", FakeConfig())
    file = run.path / "label.json"
    file.write_text('{"name": "old", "note": "as it was"}')
    assert run.label() == Label("old", "as it was")
    file.write_text('{"name": "old", "note": "", "tags": "text"}')
    assert run.label() == Label(run.id), "damaged"


def test_deletion_can_be_undone_for_a_while(store: RunStore) -> None:
    run = store.create("toy/scalar", FakeConfig())
    run.lock.release()
    store.tag(run.id, ["kept"])
    before = store.list()
    store.delete(run.id, undo_s=60)
    assert store.list() == [] and not run.path.exists()
    store.sweep()
    store.restore(run.id)
    assert store.list() == before
    assert [path.name for path in store.root.iterdir()] == [run.id]
    with pytest.raises(RunError, match="can no longer be restored"):
        store.restore(run.id)
    store.delete(run.id)
    with pytest.raises(RunError, match="can no longer be restored"):
        store.restore(run.id)


def test_deletion_is_permanent_after_its_time(store: RunStore) -> None:
    runs = [store.create("toy/scalar", FakeConfig()) for _ in range(2)]
    for run in runs:
        run.lock.release()
        store.delete(run.id, undo_s=0.2)
    store.restore(runs[0].id)
    wait_until(lambda: [path.name for path in store.root.iterdir()] == [runs[0].id])
    assert [row.id for row in store.list()] == [runs[0].id]
    with pytest.raises(RunError, match="can no longer be restored"):
        store.restore(runs[1].id)


def test_next_server_removes_what_the_last_one_deleted(store: RunStore) -> None:
    run = store.create("toy/scalar", FakeConfig())
    run.lock.release()
    store.delete(run.id, undo_s=60)
    RunStore(store.root).sweep()
    assert list(store.root.iterdir()) == []
    with pytest.raises(RunError, match="can no longer be restored"):
        store.restore(run.id)


def test_a_folder_that_takes_no_runs_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"^A run cannot be created in .*file: .*\.$"):
        RunStore(tmp_path / "file").create("toy/scalar", FakeConfig())


def test_the_default_root_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANLIB_RUNS", "/somewhere/else")
    assert RunStore.default_root() == Path("/somewhere/else")
    monkeypatch.delenv("GANLIB_RUNS")
    assert RunStore.default_root() == Path("runs")


def test_what_a_creation_or_deletion_left_that_was_cut_short_is_swept_away(
    store: RunStore,
) -> None:
    kept, killed, deleted = (store.create("fake/walk", FakeConfig()) for _ in range(3))
    # As a process leaves it that dies before the last file of a new run is there.
    (killed.path / "journal.jsonl").rename(killed.path / ".journal.jsonl.tmp")
    deleted.path.rename(store.root / f".deleted-{deleted.id}-00")
    assert [row.id for row in store.list()] == [kept.id]
    store.sweep()
    assert killed.path.exists(), "it may still be being made"
    killed.lock.release()
    store.sweep()
    assert [path.name for path in store.root.iterdir()] == [kept.id]
    assert sorted(path.name for path in kept.path.iterdir()) == [
        "journal.jsonl",
        "label.json",
        "lock",
    ]


def test_a_run_that_lost_its_journal_is_not_swept_away(store: RunStore) -> None:
    run = store.create("fake/walk", FakeConfig())
    run.lock.release()
    (run.path / "journal.jsonl").unlink()
    store.sweep()
    [row] = store.list()
    assert row.damage == f"{run.id}/journal.jsonl is missing."


def test_runs_that_have_ended_are_read_once_for_the_list(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, queued = (store.create("fake/walk", FakeConfig()) for _ in range(2))
    ended.note("ended", Status("finished", 100))
    read: list[str] = []
    read_status = run_module.read_status

    def count(folder: Path) -> Status:
        read.append(folder.name)
        return read_status(folder)

    monkeypatch.setattr(run_module, "read_status", count)
    watching = RunStore(store.root)
    first = watching.list()
    of_first = read.count(ended.id)
    assert watching.list() == first and read.count(queued.id) > of_first
    assert watching.active() and read.count(ended.id) == of_first
    store.rename(ended.id, "another name")
    assert {row.label.name for row in watching.list()} > {"another name"}


def test_a_table_reads_only_the_end_of_a_long_journal(store: RunStore) -> None:
    """What a thousand runs take is measured by `python -m tests.bench.growth table`."""
    run = store.create("fake/walk", FakeConfig())
    run.note("ended", Status("finished", 100))
    stored_runs.copy(run, 20, filler_bytes=800_000)
    before = _bytes_read()
    assert len(RunStore(store.root).list()) == 21
    assert (_bytes_read() - before) / 20 < 40_000


def _bytes_read() -> int:
    """What this process has read so far, whether from a cache or from a disk."""
    return int(psutil.Process().io_counters().read_chars)
