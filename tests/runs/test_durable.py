from pathlib import Path

import pytest

from ganlib.runs.durable import AppendFile, remove_temporaries, replace_bytes, replaced


def test_replaced_keeps_the_old_file_when_the_writer_fails(tmp_path: Path) -> None:
    path = tmp_path / "status"
    replace_bytes(path, b"old", sync=True)
    with pytest.raises(KeyError), replaced(path, sync=True) as file:
        file.write(b"half of the n")
        raise KeyError
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["status"]


def test_readers_see_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "status"
    replace_bytes(path, b"old", sync=False)
    with replaced(path, sync=False) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_remove_temporaries_takes_only_what_a_dead_writer_left(tmp_path: Path) -> None:
    for name in (".status.json.01ab.tmp", ".label.json.01ab.tmp", "status.json"):
        (tmp_path / name).write_bytes(b"")
    remove_temporaries(tmp_path, ".status.json.*.tmp")
    assert sorted(item.name for item in tmp_path.iterdir()) == [
        ".label.json.01ab.tmp",
        "status.json",
    ]


class _FullDisk:
    """A file on a disk that has room for three more bytes, then for any number."""

    def __init__(self, file):
        self._file = file
        self._full = False

    def __getattr__(self, name: str):
        return getattr(self._file, name)

    def write(self, data: memoryview) -> int:
        if self._full:
            raise OSError(28, "No space left on device")
        self._full = True
        return self._file.write(data[:3])


def test_a_failed_append_leaves_nothing_and_the_next_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"abctorn")
    log = AppendFile(path, 3)
    assert path.read_bytes() == b"abc"
    real_file = log._file
    monkeypatch.setattr(log, "_file", _FullDisk(real_file))
    with pytest.raises(OSError, match="No space"):
        log.append(b"12345678")
    monkeypatch.setattr(log, "_file", real_file)
    assert path.read_bytes() == b"abc"
    assert log.end == 3
    log.append(b"de")
    log.close()
    assert path.read_bytes() == b"abcde"
