"""The journal: what was written is read, whatever became of the file."""

import io
import json
import random
import zlib
from pathlib import Path

import numpy as np
import pytest

from ganlib.runs import journal
from ganlib.runs.journal import (
    DamagedError,
    Gap,
    JournalReader,
    JournalWriter,
    decode_line,
    decode_rows,
    encode_line,
    encode_rows,
    first_line,
    last_line,
)

STATUS = {"state": "running"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "journal.jsonl"


@pytest.fixture
def lines(path: Path) -> list[bytes]:
    """The ten lines of a journal, as they stand in the file."""
    path.parent.mkdir()
    writer = JournalWriter(path)
    for step in range(10):
        writer.append("metrics" if step else "created", step, STATUS, {"value": step / 3})
    writer.close()
    return path.read_bytes().splitlines(keepends=True)


def steps_read(reader: JournalReader) -> list[int]:
    return [line["step"] for line in reader.read() or []]


def append(path: Path, *steps: int) -> None:
    reader = JournalReader(path)
    reader.read()
    writer = JournalWriter(path, reader.next_n)
    for step in steps:
        writer.append("metrics", step, STATUS)
    writer.close()


def test_a_line_is_one_json_object_that_any_program_reads(lines: list[bytes]) -> None:
    line = json.loads(lines[3])
    crc = line.pop("crc32")
    assert line == {"n": 3, "kind": "metrics", "step": 3, "status": STATUS, "value": 1.0}
    rest = lines[3].partition(b', "crc32"')[0]
    assert crc == f"{zlib.crc32(rest):08x}"


def test_each_read_returns_what_is_new(path: Path, lines: list[bytes]) -> None:
    reader = JournalReader(path)
    assert steps_read(reader) == list(range(10))
    assert steps_read(reader) == []
    append(path, 10, 11)
    assert steps_read(reader) == [10, 11]
    assert reader.next_n == 12


def test_a_reader_notices_that_another_file_has_taken_the_place(
    path: Path, lines: list[bytes]
) -> None:
    reader = JournalReader(path)
    reader.read()
    path.unlink()
    writer = JournalWriter(path)
    for step in range(20):
        writer.append("metrics", step + 100, STATUS)
    writer.close()
    assert reader.read() is None
    assert steps_read(JournalReader(path)) == list(range(100, 120))


def test_cut_at_every_byte_it_is_read_up_to_there_and_written_on(
    path: Path, lines: list[bytes]
) -> None:
    content = b"".join(lines)
    ends = np.cumsum([len(line) for line in lines])
    for size in range(len(content)):
        path.write_bytes(content[:size])
        # A line that lacks nothing but its newline is whole.
        whole = int(np.sum(ends - 1 <= size))
        reader = JournalReader(path)
        assert steps_read(reader) == list(range(whole)), size
        append(path, 50)
        assert steps_read(reader) == [50], size
        again = JournalReader(path)
        assert steps_read(again) == [*range(whole), 50], size
        assert reader.gaps == again.gaps == (), size
        assert path.read_bytes().startswith(content[:size])


@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("damage", ["flip", "zeros", "gone", "newline"])
def test_a_damaged_line_is_lost_alone_and_the_reader_says_where(
    path: Path, lines: list[bytes], number: int, damage: str
) -> None:
    line = bytearray(lines[number])
    if damage == "flip":
        line[random.Random(number).randrange(len(line) - 1)] ^= 4
    elif damage == "zeros":
        line[:-1] = bytes(len(line) - 1)
    elif damage == "gone":
        line = bytearray()
    else:
        line[len(line) // 2] = ord("\n")
    path.write_bytes(b"".join([*lines[:number], bytes(line), *lines[number + 1 :]]))
    reader = JournalReader(path)
    expected = [step for step in range(10) if step != number]
    assert steps_read(reader) == expected
    if number < 9:
        assert reader.gaps == (Gap(number, number, max(0, number - 1), number + 1),)
        before, behind = max(0, number - 1), number + 1
        assert reader.gaps[0].sentence() == (
            f"1 line of journal.jsonl between step {before} and step {behind} cannot be read."
        )
    append(path, 50)
    again = JournalReader(path)
    assert steps_read(again) == [*expected, 50]
    assert steps_read(reader) == [50]
    if (number, damage) != (9, "gone"):
        # Of the last line, too, now that one follows.
        assert [gap.first for gap in again.gaps] == [number]
        assert again.gaps == reader.gaps


def test_a_line_that_stands_there_twice_counts_once(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(b"".join([*lines[:5], *lines[2:4], *lines[5:]]))
    reader = JournalReader(path)
    assert steps_read(reader) == list(range(10))
    assert reader.gaps == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"n": 0, "kind": "metrics", "step": 0}',
        b'{"n": 0, "kind": "metrics", "step": -1, "status": {}}',
        b'{"n": true, "kind": "metrics", "step": 0, "status": {}}',
        b'{"n": 0, "kind": 7, "step": 0, "status": {}}',
        b'{"n": 0, "kind": "metrics", "step": 0, "status": []}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_no_writer_wrote_is_no_line(content: bytes) -> None:
    assert decode_line(content) is None
    start = content[:-1]
    assert decode_line(start + b', "crc32": "%08x"}' % zlib.crc32(start)) is None


def test_a_disk_that_takes_half_a_line_takes_the_next_one_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    line = encode_line(1, "metrics", 1, STATUS, {})
    for taken in range(len(line) + 1):
        path.unlink(missing_ok=True)
        writer = JournalWriter(path)
        writer.append("created", 0, STATUS)
        raised = _append_to_a_full_disk(writer, taken)
        # Only the newline is missing: this is a line, as soon as another follows.
        assert raised == (taken < len(line) - 1)
        writer.append("metrics", 2 - raised, STATUS)
        writer.close()
        reader = JournalReader(path)
        assert steps_read(reader) == ([0, 1] if raised else [0, 1, 2])
        assert reader.gaps == ()


def _append_to_a_full_disk(writer: JournalWriter, room: int) -> bool:
    whole = writer._file

    class Full:
        left = room

        def write(self, data: memoryview) -> int:
            if not self.left:
                raise OSError(28, "No space left on device")
            count = whole.write(data[: self.left])
            self.left -= count
            return count

    writer._file = Full()  # type: ignore[assignment]
    try:
        writer.append("metrics", 1, STATUS)
        return False
    except OSError:
        return True
    finally:
        writer._file = whole


@pytest.mark.parametrize("tail", [b"", b'{"n": 10, "ki', b"\0" * 50_000, b"x\n" * 9_000])
def test_the_ends_of_a_journal_say_how_a_run_stands(
    path: Path, lines: list[bytes], tail: bytes
) -> None:
    path.write_bytes(b"".join(lines) + tail)
    first, last = first_line(path, ("created",)), last_line(path)
    assert first is not None and last is not None
    assert (first["step"], last["step"]) == (0, 9)


def test_the_end_of_a_long_journal_is_read_without_the_rest(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    writer = JournalWriter(path)
    writer.append("created", 0, STATUS)
    for step in range(1, 2_000):
        writer.append("metrics", step, STATUS, {"rows": "A" * 4_000})
    writer.close()
    read = []

    class Spy(io.FileIO):
        """A file that counts the bytes that are read."""

        def read(self, size: int = -1) -> bytes:
            read.append(size)
            return super().read(size) or b""

    monkeypatch.setattr(journal, "opened", Spy)
    last = last_line(path)
    assert last is not None and last["step"] == 1_999
    assert sum(read) < 20_000


def test_no_journal_is_told_in_one_sentence(path: Path) -> None:
    with pytest.raises(DamagedError, match=r"run/journal\.jsonl is missing"):
        JournalReader(path).read()
    with pytest.raises(DamagedError, match=r"run/journal\.jsonl is missing"):
        last_line(path)
    path.mkdir(parents=True)
    with pytest.raises(DamagedError, match=r"run/journal\.jsonl cannot be read"):
        JournalReader(path).read()


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (np.array([[0.1, np.nan], [np.inf, -0.0]], np.float32), "<f4"),
        (np.array([[0.1, 2.0]]), "<f8"),
        (np.array([[0.5, 2.0]]), "<f4"),
    ],
)
def test_rows_come_back_bit_for_bit(values: np.ndarray, dtype: str) -> None:
    fields = encode_rows(values)
    assert fields["dtype"] == dtype
    rows = decode_rows(fields["dtype"], fields["rows"], values.shape[1])
    assert rows.astype(values.dtype).tobytes() == values.tobytes()


@pytest.mark.parametrize(
    ("dtype", "rows"), [("<f4", "AAA"), ("<f4", "ä"), ("<f8", "AAAAAA=="), ("<f4", "AAAAAA==")]
)
def test_rows_that_are_none_are_refused(dtype: str, rows: str) -> None:
    with pytest.raises(ValueError):
        decode_rows(dtype, rows, 2)
