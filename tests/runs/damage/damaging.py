"""Ways to damage a file of a run, and everything that a page reads of one."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from scipy import sparse

from ganlib.errors import RunError
from ganlib.runs import Run, RunStore
from ganlib.runs.blobs import read_blob, write_blob
from ganlib.runs.journal import decode_line, encode_line
from ganlib.runs.view import History
from ganlib.ui.distributions.distributions import distributions
from ganlib.ui.run.files_tab import config_json, metrics_csv
from ganlib.ui.run.samples.kind import samples_csv

# Tried at as many places as DAMAGE_EXAMPLES says, and the same ones every time.
chosen = settings(
    max_examples=int(os.environ.get("DAMAGE_EXAMPLES", "4")),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class Victim(NamedTuple):
    """A file to damage.

    Args:
        path: the file.
        twin: the same file of another run, whole.
        data: chooses where and how.
    """

    path: Path
    twin: Path
    data: st.DataObject

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()

    def put(self, content: bytes) -> None:
        self.path.write_bytes(content)

    def draw(self, strategy: st.SearchStrategy[Any]) -> Any:
        return self.data.draw(strategy)


def torn(victim: Victim) -> None:
    victim.put(victim.content[: victim.draw(st.integers(0, max(0, len(victim.content) - 1)))])


def flipped(victim: Victim) -> None:
    content = bytearray(victim.content)
    if content:
        content[victim.draw(st.integers(0, len(content) - 1))] ^= 1 << victim.draw(
            st.integers(0, 7)
        )
    victim.put(content)


def overwritten(victim: Victim) -> None:
    """Random bytes in the middle, or all of it."""
    content = victim.content
    start = victim.draw(st.integers(0, len(content)))
    noise = victim.draw(st.binary(min_size=1, max_size=64))
    victim.put(victim.draw(st.sampled_from((noise, content[:start] + noise))))


def of_another_place(victim: Victim) -> None:
    """Another whole file of the same run."""
    folder = next(parent for parent in victim.path.parents if (parent / "label.json").exists())
    others = sorted(path for path in folder.rglob("*") if path.is_file() and path != victim.path)
    victim.put(victim.draw(st.sampled_from(others)).read_bytes())


def of_another_run(victim: Victim) -> None:
    victim.put(victim.twin.read_bytes())


def json_of_another_shape(victim: Victim) -> None:
    shapes = (b"[]", b"null", b"7", b'"text"', b"{}", b'{"schema": 1}', b"[" * 100_000, b"[[1]]")
    victim.put(victim.draw(st.sampled_from(shapes)) + victim.draw(st.sampled_from((b"", b"\n"))))


def a_huge_number(victim: Victim) -> None:
    victim.put(victim.draw(st.sampled_from((b"9" * 100_000, b"1e999", b"-9" + b"9" * 400))))


def empty(victim: Victim) -> None:
    victim.put(b"")


def deleted(victim: Victim) -> None:
    victim.path.unlink()


def a_folder(victim: Victim) -> None:
    victim.path.unlink()
    victim.path.mkdir()
    (victim.path / "something").write_text("of somebody's")


def a_dangling_link(victim: Victim) -> None:
    victim.path.unlink()
    victim.path.symlink_to("nowhere")


def a_link_to_itself(victim: Victim) -> None:
    victim.path.unlink()
    victim.path.symlink_to(victim.path.name)


def a_pipe(victim: Victim) -> None:
    victim.path.unlink()
    os.mkfifo(victim.path)


Kind = Callable[[Victim], None]
# Those with a place to choose are tried at many of them.
CHOOSING: tuple[Kind, ...] = (
    torn,
    flipped,
    overwritten,
    of_another_place,
    json_of_another_shape,
    a_huge_number,
)
FIXED: tuple[Kind, ...] = (
    of_another_run,
    empty,
    deleted,
    a_folder,
    a_dangling_link,
    a_link_to_itself,
    a_pipe,
)

_ODD = st.sampled_from(
    (None, True, "text", -1, 10**400, float("inf"), float("nan"), [], {}, [{}], {"a": "b"}, [1, 2])
)


def _odd(body: dict[str, Any], draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:
    """A document with an odd value in it, or without one of its values."""
    name = draw(st.sampled_from(sorted(body)))
    value = draw(_ODD)
    if isinstance(body[name], dict) and body[name] and draw(st.booleans()):
        value = {**body[name], draw(st.sampled_from(sorted(body[name]))): value}
    if value is None and draw(st.booleans()):
        return {key: item for key, item in body.items() if key != name}
    return {**body, name: value}


def forge_label(path: Path, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Puts an odd value into a run's name and note."""
    path.write_text(json.dumps(_odd(json.loads(path.read_bytes()), draw)))


def forge_journal(path: Path, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Puts an odd value into a line of a journal, with the right checksum."""
    lines = path.read_bytes().splitlines(keepends=True)
    number = draw(st.integers(0, len(lines) - 1))
    line = decode_line(lines[number])
    assert line is not None
    fields = (line.pop("n"), line.pop("kind"), line.pop("step"))
    odd = _odd(line, draw)
    lines[number] = encode_line(*fields, odd.pop("status", None), odd)
    path.write_bytes(b"".join(lines))


def forge_arrays(path: Path, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Puts odd arrays into a file of a run, with the right checksum in the journal."""
    run = Run(path.parents[1])
    file = f"{path.parent.name}/{path.name}"
    record = run.record()
    known = (*record.samples.values(), *record.checkpoints.values(), record.real)
    [blob] = [one for one in known if one is not None and one.file == file]
    arrays = dict(read_blob(run.path, blob))
    name = draw(st.sampled_from(sorted(arrays)))
    odd = (
        np.array(7),
        np.array("text"),
        np.empty((0, 8, 8, 1), np.uint8),
        np.full((2, 3), np.nan),
        np.zeros((3, 8, 8, 2), np.uint8),
        np.full(3, np.inf),
        np.zeros((1, 1, 1, 1, 1, 1)),
        np.array([True]),
    )
    value = draw(st.sampled_from((None, *odd)))
    if value is None:
        del arrays[name]
    else:
        arrays[name] = value
    forged = write_blob(run.path, file, arrays, sync=False)
    journal = run.path / "journal.jsonl"
    content = b""
    for found in journal.read_bytes().splitlines():
        line = decode_line(found)
        assert line is not None
        for named in (line, line.get("real", {})):
            if named.get("file") == file:
                named["file_crc32"] = forged.file_crc32
        first = (line.pop("n"), line.pop("kind"), line.pop("step"), line.pop("status"))
        content += encode_line(*first, line)
    journal.write_bytes(content)


EVENTS = "events.out.tfevents"
Looks = dict[str, Any]


def look(root: Path, run_id: str, steps: list[int]) -> Looks:
    """Everything that a page, a download or the command line reads of a run, by name.

    Args:
        root: the folder of runs.
        run_id: the run.
        steps: those that had samples.

    Returns:
        What came of each: plain values that can be compared, or the RunError. Nothing
        else may be raised.
    """
    store = RunStore(root)
    found: Looks = {"list": plain({row.id: row for row in store.list()})}
    found["active"] = [run.id for run in store.active()]
    try:
        run = store.open(run_id)
    except RunError as error:
        return found | {"open": error}
    found["open"] = plain((run.id, run.recipe, run.values, run.created))
    for name, read in _reads(run, steps):
        try:
            found[name] = plain(read())
        except RunError as error:
            found[name] = error
    return found


def _reads(run: Run, steps: list[int]) -> Iterator[tuple[str, Callable[[], Any]]]:
    for method in ("status", "label", "traceback", "history", "scores", "changes"):
        yield method, getattr(run, method)
    yield "damage", lambda: [gap.sentence() for gap in run.record().gaps]
    for method in ("sample_steps", "checkpoint_steps", "latest_checkpoint"):
        yield method, getattr(run, method)
    for method in ("real", "real_views"):
        yield method, getattr(run, method)
    for step in steps:
        yield f"samples {step}", lambda step=step: run.samples(step)
        yield f"distributions {step}", lambda step=step: distributions(run, step)
    yield "metrics_csv", lambda: metrics_csv(run)
    yield "config_json", lambda: config_json(run)
    sampled = []
    with suppress(RunError):
        sampled = run.sample_steps()
    if sampled:
        yield "samples_csv", lambda: (run.sample_steps()[-1], samples_csv(run))


def plain(value: Any) -> Any:
    """The value with its arrays as bytes, so that == compares all of it, NaN too."""
    if isinstance(value, History):
        return value.columns, [row.tobytes() for row in value.values.T]
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, sparse.csr_array):
        return plain([value.shape, value.data, value.indices, value.indptr])
    if is_dataclass(value) and not isinstance(value, type):
        return plain({name: getattr(value, name) for name in value.__dataclass_fields__})
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return repr(value) if isinstance(value, float) else value


def file_of(folder: Path, name: str) -> Path:
    """A run's file; the name of the one for TensorBoard ends in a time."""
    [path] = folder.glob(name + "*") if name == EVENTS else [folder / name]
    return path


def damaged_copy(
    kind: Kind, name: str, root: Path, ids: tuple[str, str], to: Path, data: st.DataObject
) -> Path:
    """A copy of a folder of runs, with one file of a run damaged.

    Args:
        kind: how.
        name: the file's, within the run.
        root: the folder of runs, which stays whole.
        ids: the run's, and that of another one like it.
        to: where to put the copy.
        data: chooses where and how.
    """
    copied = copy(root, to)
    kind(Victim(*(file_of(copied / run_id, name) for run_id in ids), data))
    return copied


def copy(root: Path, to: Path) -> Path:
    """A copy of a folder of runs, in the place of an earlier one."""
    with suppress(FileNotFoundError):
        shutil.rmtree(to)
    return Path(shutil.copytree(root, to))


def check_sentence(error: RunError, *names: str) -> None:
    """It is one sentence or two on one line, and names the file or the run."""
    text = str(error)
    assert any(name in text for name in names), text
    assert text.endswith(".") and "\n" not in text and len(text) < 300, text


def check_looks(found: Looks, before: Looks, run_id: str, name: str) -> None:
    """What was read is what was there before, the part of it that is left, or a sentence.

    Args:
        found: what is read of the run with a damaged file.
        before: what was read of it when it was whole; it has ended and has two checkpoints.
        run_id: the run's.
        name: of the damaged file.
    """
    of_journal = name == "journal.jsonl"
    rows, whole = found["list"], before["list"]
    assert rows.keys() == whole.keys(), "a run is lost from the list"
    for key in rows:
        if key != run_id:
            assert rows[key] == whole[key]
    if rows[run_id]["damage"]:
        assert name in rows[run_id]["damage"] and of_journal
    assert found["active"] == []
    if isinstance(found["open"], RunError):
        assert of_journal
        check_sentence(found["open"], name)
        return
    assert found["open"] == before["open"]
    for key, value in found.items():
        if isinstance(value, RunError):
            if before.get(key) is None or str(value) != str(before[key]):
                check_sentence(value, name, *([run_id] if of_journal else []))
        elif key != "list" and value != before.get(key):
            left = _is_left_of_journal if of_journal else _is_left
            assert left(key, value, before, name), key


def _is_left(key: str, value: Any, before: Looks, name: str) -> bool:
    """Whether what was read may be read where that file is damaged."""
    earlier, newest = before["checkpoint_steps"]
    if key == "label" and name == "label.json":
        # Text of people, in which there is nothing to compare.
        return isinstance(value["name"], str) and isinstance(value["note"], str)
    if key == "checkpoint_steps":
        return set(value) < set(before[key]) and name.removesuffix(".npz").isdecimal()
    if key == "latest_checkpoint" and name == f"{newest:08d}.npz":
        return bool(value["step"] == earlier)
    return False


def _is_left_of_journal(key: str, value: Any, before: Looks, name: str) -> bool:
    """Whether what was read may be read where lines of the journal are lost."""
    whole = before.get(key)
    if key == "status":
        # Where the last lines are lost, the run stands where it stood before them.
        return value["state"] in ("failed", "interrupted") and value["step"] <= whole["step"]
    if key == "traceback":
        return bool(value == "")
    if key == "history":
        columns, rows = value
        return set(rows) <= set(whole[1]) and (not rows or columns == whole[0])
    if key == "metrics_csv":
        return set(value.splitlines()) <= {*whole.splitlines(), "step,time_s"}
    if key == "scores":
        return _rows(value) <= _rows(whole)
    if key == "changes":
        return all(change in whole for change in value)
    if key in ("sample_steps", "checkpoint_steps"):
        return set(value) < set(whole)
    if key == "latest_checkpoint":
        return value["step"] in before["checkpoint_steps"]
    if key == "samples_csv":
        return value[0] in before["sample_steps"]
    return key == "damage" and all(sentence.endswith("cannot be read.") for sentence in value)


def _rows(scores: dict[str, Any]) -> set[tuple[int, str, float]]:
    """Step, name and value of each score."""
    steps = np.frombuffer(scores["step"][2], np.int64).tolist()
    return {
        (step, name, value)
        for name, column in scores["values"].items()
        for step, value in zip(steps, np.frombuffer(column[2]).tolist(), strict=True)
    }
