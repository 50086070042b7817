"""The log of what was changed, whole, torn and damaged."""

from pathlib import Path

import pytest

from ganlib.events import Change
from ganlib.runs.changes_log import NO_CHANGES, ChangesWriter, read_changes
from ganlib.runs.documents import DamagedError

FIRST = Change(3, {"loss": "hinge"})
SECOND = Change(7, {}, "generator")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "changes.jsonl"


def append(path: Path, *changes: Change) -> None:
    writer = ChangesWriter(path)
    for change in changes:
        writer.append(change)
    writer.close()


def test_what_is_written_is_read(path: Path) -> None:
    assert read_changes(path) == ()
    append(path, FIRST)
    append(path, SECOND)
    assert read_changes(path) == (FIRST, SECOND)


def test_without_a_change_there_is_no_file(path: Path) -> None:
    ChangesWriter(path).close()
    assert not path.exists()


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_torn_line_is_not_read_and_is_written_over(path: Path, cut: int) -> None:
    append(path, FIRST, SECOND)
    path.write_bytes(path.read_bytes()[:-cut])
    assert read_changes(path) == (FIRST,)
    append(path, Change(9))
    assert read_changes(path) == (FIRST, Change(9))


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_damaged_line_is_told_for_the_run_would_be_another(path: Path) -> None:
    append(path, FIRST, SECOND)
    _flip(path, 20)
    with pytest.raises(DamagedError, match=r"/changes\.jsonl is damaged\.$"):
        read_changes(path)
    content = path.read_bytes()
    with pytest.raises(DamagedError):
        append(path, Change(9))
    assert path.read_bytes() == content


def test_a_damaged_line_at_the_end_was_never_confirmed(path: Path) -> None:
    append(path, FIRST, SECOND)
    _flip(path, -20)
    assert read_changes(path) == (FIRST,)
    append(path, Change(9))
    assert read_changes(path) == (FIRST, Change(9))


def test_the_changes_of_another_run_are_told(path: Path, tmp_path: Path) -> None:
    append(path, FIRST)
    other = tmp_path / "other" / path.name
    other.parent.mkdir()
    other.write_bytes(path.read_bytes())
    with pytest.raises(DamagedError, match=r"^other/changes\.jsonl is the copy of another file"):
        read_changes(other)


def test_a_log_that_has_lost_what_was_marked_is_told(path: Path) -> None:
    writer = ChangesWriter(path)
    assert writer.mark == NO_CHANGES
    writer.append(FIRST)
    mark = writer.mark
    writer.append(SECOND)
    writer.close()
    assert ChangesWriter(path).mark == writer.mark
    assert read_changes(path, mark) == read_changes(path, writer.mark) == (FIRST, SECOND)
    path.write_bytes(path.read_bytes()[: mark[0]])
    assert read_changes(path, mark) == (FIRST,)
    for content in (None, b"", path.read_bytes()[:-1], path.read_bytes()[:-1] + b"\v"):
        path.unlink() if content is None else path.write_bytes(content)
        assert read_changes(path) == ()
        with pytest.raises(DamagedError, match=r"changes\.jsonl lacks changes that the run was"):
            read_changes(path, mark)
