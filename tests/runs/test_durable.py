from pathlib import Path

import pytest

from ganlib.runs.durable import AppendOnlyFile, replaced


def test_replaced_keeps_the_old_file_when_the_writer_fails(tmp_path: Path) -> None:
    path = tmp_path / "status"
    path.write_bytes(b"old")
    with pytest.raises(KeyError), replaced(path, sync=True) as file:
        file.write(b"half of the n")
        raise KeyError
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["status"]


def test_readers_see_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "status"
    path.write_bytes(b"old")
    with replaced(path, sync=False) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_a_torn_line_is_closed_before_the_next_one_and_never_cut(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for before, after in ((b"", b""), (b"whole\n", b"whole\n"), (b"whole\nto", b"whole\nto\n")):
        path.write_bytes(before)
        log = AppendOnlyFile(path)
        log.append_line(b"next\n")
        log.append_line(b"last\n")
        log.sync()
        log.close()
        assert path.read_bytes() == after + b"next\nlast\n"
