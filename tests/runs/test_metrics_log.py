import threading
from pathlib import Path

import numpy as np
import pytest

from ganlib.errors import RunError
from ganlib.runs import metrics_reader
from ganlib.runs.documents import DamagedError
from ganlib.runs.metrics_log import MetricsWriter
from ganlib.runs.metrics_reader import MetricsReader

NAMES = ("loss", "accuracy")


def _values(first: int, count: int) -> np.ndarray:
    """(count, 2): the step, and its negative half."""
    steps = np.arange(first, first + count, dtype=np.float32)
    return np.stack([steps, -steps / 2], axis=1)


def _fill(path: Path, *counts: int) -> list[int]:
    """Writes blocks of so many rows, one second each; the size of the log after each."""
    writer = MetricsWriter(path, NAMES, 0)
    sizes = [path.stat().st_size]
    for count in counts:
        first = writer.last_step + 1
        writer.append(first, _values(first, count), writer.last_time_s + 1.0)
        sizes.append(path.stat().st_size)
    writer.close()
    return sizes


def _is_truth(history: metrics_reader.History, rows: int) -> bool:
    steps = np.arange(1, rows + 1)
    return (
        np.array_equal(history.step, steps)
        and np.array_equal(history["loss"], steps)
        and np.array_equal(history["accuracy"], -steps / 2)
    )


def test_time_lies_evenly_between_two_blocks(tmp_path: Path) -> None:
    path = tmp_path / "metrics.log"
    writer = MetricsWriter(path, NAMES, 0)
    writer.append(1, _values(1, 4), 2.0)
    writer.append(5, _values(5, 2), 3.0)
    history = MetricsReader(path).refresh()
    assert history.columns == ("step", "time_s", "loss", "accuracy")
    assert history.names == NAMES
    assert history.time_s.tolist() == [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    assert history.step.tolist() == [1, 2, 3, 4, 5, 6]
    assert history["accuracy"].tolist() == [-0.5, -1.0, -1.5, -2.0, -2.5, -3.0]
    with pytest.raises(KeyError):
        history["lost"]
    with pytest.raises(ValueError, match="read-only"):
        history["loss"][0] = 1.0


def test_there_is_a_history_before_there_is_a_log(tmp_path: Path) -> None:
    reader = MetricsReader(tmp_path / "metrics.log")
    assert len(reader.refresh()) == 0
    _fill(tmp_path / "metrics.log", 3)
    assert _is_truth(reader.refresh(), 3)


def test_rows_that_do_not_go_on_are_refused(tmp_path: Path) -> None:
    writer = MetricsWriter(tmp_path / "metrics.log", NAMES, 0)
    writer.append(1, _values(1, 4), 1.0)
    with pytest.raises(ValueError, match=r"after step 4 expected. Received: .* from step 4"):
        writer.append(4, _values(4, 1), 2.0)
    with pytest.raises(ValueError, match=r"rows of 2 metrics .* shape \(1, 3\)"):
        writer.append(5, np.zeros((1, 3)), 2.0)


def test_a_torn_tail_ends_the_history_until_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "metrics.log"
    sizes = _fill(path, 2, 3)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        reader = MetricsReader(path)
        rows = 2 if length >= sizes[1] else 0
        assert len(reader.refresh()) == rows
        path.write_bytes(content)
        assert _is_truth(reader.refresh(), 5)


def test_opening_cuts_a_torn_tail_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "metrics.log"
    sizes = _fill(path, 2, 3)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        kept = 2 if length >= sizes[1] else 0
        writer = MetricsWriter(path, NAMES, 99)
        assert writer.last_step == kept
        writer.append(kept + 1, _values(kept + 1, 4), 9.0)
        writer.close()
        assert _is_truth(MetricsReader(path).refresh(), kept + 4)


def test_no_flipped_bit_shows_a_wrong_number(tmp_path: Path) -> None:
    path = tmp_path / "metrics.log"
    sizes = _fill(path, 2, 3, 1)
    content = path.read_bytes()
    for index in range(len(content)):
        flipped = bytearray(content)
        flipped[index] ^= 1 << (index % 8)
        path.write_bytes(flipped)
        if index < sizes[0] - 1:
            with pytest.raises(DamagedError, match=r"metrics\.log is damaged"):
                MetricsReader(path).refresh()
        elif index >= sizes[0]:
            whole = [rows for end, rows in zip(sizes, (0, 2, 5, 6), strict=True) if end <= index]
            assert _is_truth(MetricsReader(path).refresh(), whole[-1])


def test_damage_in_the_middle_costs_a_resume_only_that_block(tmp_path: Path) -> None:
    path = tmp_path / "metrics.log"
    sizes = _fill(path, 2, 3, 4)
    content = bytearray(path.read_bytes())
    content[sizes[1] + 20] ^= 1
    path.write_bytes(content)
    writer = MetricsWriter(path, NAMES, 8)
    writer.append(9, _values(9, 1), 9.0)
    history = MetricsReader(path).refresh()
    assert history.step.tolist() == [1, 2, 6, 7, 8, 9]
    assert history["loss"].tolist() == [1, 2, 6, 7, 8, 9]


@pytest.mark.parametrize("keep", range(8))
def test_a_resume_keeps_every_row_up_to_its_checkpoint_and_none_after(
    tmp_path: Path, keep: int
) -> None:
    path = tmp_path / "metrics.log"
    _fill(path, 2, 3, 2)
    reader = MetricsReader(path)
    before = reader.refresh()
    writer = MetricsWriter(path, NAMES, keep)
    assert writer.last_step == keep
    assert writer.last_time_s == pytest.approx(np.r_[0.0, before.time_s][keep])
    assert _is_truth(reader.refresh(), keep)
    writer.append(keep + 1, _values(keep + 1, 8 - keep), 9.0)
    assert _is_truth(reader.refresh(), 8)
    assert _is_truth(before, 7), "what a page holds does not change under it"


def test_a_reader_notices_another_history_of_the_same_size(tmp_path: Path) -> None:
    path = tmp_path / "metrics.log"
    _fill(path, 2, 3, 3)
    reader = MetricsReader(path)
    reader.refresh()
    size = path.stat().st_size
    writer = MetricsWriter(path, NAMES, 2)
    writer.append(3, _values(3, 3) + 100, 2.0)
    writer.append(6, _values(6, 3), 3.0)
    assert path.stat().st_size == size
    assert reader.refresh()["loss"].tolist() == [1, 2, 103, 104, 105, 6, 7, 8]


def test_other_metrics_are_refused(tmp_path: Path) -> None:
    _fill(tmp_path / "metrics.log", 2)
    with pytest.raises(RunError, match="are loss, accuracy, so it cannot go on with loss"):
        MetricsWriter(tmp_path / "metrics.log", ("loss",), 2)


def test_a_log_without_its_columns_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "metrics.log"
    _fill(path, 2)
    content = path.read_bytes().replace(b"loss", b"lost")
    path.write_bytes(content)
    assert MetricsWriter(path, NAMES, 2).last_step == 0
    assert (tmp_path / "metrics.log.damaged").read_bytes() == content


def test_a_refresh_reads_only_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "metrics.log"
    writer = MetricsWriter(path, NAMES, 0)
    writer.append(1, _values(1, 1000), 1.0)
    seen: list[int] = []
    genuine = metrics_reader.blocks_from

    def counting(data: bytes, start: int, columns: int, previous: int):
        seen.append(len(data))
        return genuine(data, start, columns, previous)

    monkeypatch.setattr(metrics_reader, "blocks_from", counting)
    reader = MetricsReader(path)
    reader.refresh()
    first_size = path.stat().st_size
    reader.refresh()
    writer.append(1001, _values(1001, 2), 2.0)
    assert _is_truth(reader.refresh(), 1002)
    assert seen == [first_size, path.stat().st_size - first_size]


def test_readers_see_only_whole_blocks_while_a_writer_appends(tmp_path: Path) -> None:
    path = tmp_path / "metrics.log"
    writer = MetricsWriter(path, NAMES, 0)
    blocks = 400

    def write() -> None:
        for _ in range(blocks):
            first = writer.last_step + 1
            writer.append(first, _values(first, 7), writer.last_time_s + 1)

    thread = threading.Thread(target=write)
    reader = MetricsReader(path)
    lengths = []
    thread.start()
    while thread.is_alive():
        history = reader.refresh()
        lengths.append(len(history))
        assert _is_truth(history, lengths[-1])
    thread.join()
    assert _is_truth(reader.refresh(), 7 * blocks)
    assert lengths == sorted(lengths)
    assert all(length % 7 == 0 for length in lengths)


@pytest.mark.parametrize(("kept", "first_s"), [(3, 7.5), (0, 7.5)])
def test_a_log_that_lost_rows_goes_on_at_the_checkpoints_time(
    tmp_path: Path, kept: int, first_s: float
) -> None:
    path = tmp_path / "metrics.log"
    sizes = _fill(path, 3, 3)
    path.write_bytes(path.read_bytes()[: sizes[1]] if kept else b"")
    writer = MetricsWriter(path, NAMES, 6, elapsed_s=7.0)
    assert (writer.last_step, writer.last_time_s) == (kept, 7.0)
    writer.append(7, _values(7, 2), 8.0)
    assert MetricsReader(path).refresh().time_s[-2:].tolist() == [first_s, 8.0]


def test_a_whole_log_knows_its_time_better_than_the_checkpoint(tmp_path: Path) -> None:
    _fill(tmp_path / "metrics.log", 3, 3)
    assert MetricsWriter(tmp_path / "metrics.log", NAMES, 6, elapsed_s=7.0).last_time_s == 2.0


def test_the_log_of_another_run_is_told(tmp_path: Path) -> None:
    _fill(tmp_path / "metrics.log", 2)
    other = tmp_path / "other" / "metrics.log"
    other.parent.mkdir()
    other.write_bytes((tmp_path / "metrics.log").read_bytes())
    with pytest.raises(DamagedError, match=r"^other/metrics\.log is the copy of another file"):
        MetricsReader(other).refresh()
