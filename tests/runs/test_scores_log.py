from pathlib import Path

import numpy as np
import pytest

from ganlib.runs.scores_log import Scores, ScoresReader, ScoresWriter


def _fill(path: Path) -> bytes:
    writer = ScoresWriter(path, 0)
    writer.append(0, {"w1": 3.0})
    writer.append(100, {"w1": 1.0, "ks": 0.5})
    writer.append(200, {"w1": 2.0, "ks": float("nan")})
    writer.close()
    return path.read_bytes()


def _read(reader: ScoresReader, path: Path) -> Scores:
    """What a reader says that has read the log before; one that is new must say the same."""
    scores, anew = reader.refresh(), ScoresReader(path).refresh()
    np.testing.assert_array_equal(scores.step, anew.step)
    assert list(scores.values) == list(anew.values)
    for name, values in scores.values.items():
        np.testing.assert_array_equal(values, anew.values[name])
    return scores


def test_scores_come_back_by_name(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    reader = ScoresReader(path)
    assert len(_read(reader, path)) == 0
    _fill(path)
    scores = _read(reader, path)
    assert scores.step.tolist() == [0, 100, 200]
    assert scores.values["w1"].tolist() == [3.0, 1.0, 2.0]
    np.testing.assert_array_equal(scores.values["ks"], [np.nan, 0.5, np.nan])


def test_a_torn_line_is_not_read_and_is_cut_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    reader = ScoresReader(path)
    content = _fill(path)
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    for length in range(last, len(content)):
        path.write_bytes(content[:length])
        assert _read(reader, path).step.tolist() == [0, 100]
        writer = ScoresWriter(path, 200)
        writer.append(300, {"w1": 4.0})
        writer.close()
        assert _read(reader, path).step.tolist() == [0, 100, 300]


def test_a_damaged_line_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    reader = ScoresReader(path)
    path.write_bytes(_fill(path).replace(b'"w1": 1.0', b'"w1": 7.0'))
    assert _read(reader, path).step.tolist() == [0, 200]
    writer = ScoresWriter(path, 200)
    writer.append(300, {"w1": 4.0})
    assert _read(reader, path).step.tolist() == [0, 200, 300]


@pytest.mark.parametrize(
    ("keep", "steps", "last", "best"),
    [
        (0, [0], {"w1": 3.0}, {"w1": 3.0}),
        (150, [0, 100], {"w1": 1.0, "ks": 0.5}, {"w1": 1.0, "ks": 0.5}),
        (200, [0, 100, 200], {"w1": 2.0, "ks": pytest.approx(np.nan, nan_ok=True)}, None),
    ],
)
def test_a_resume_drops_what_comes_after_its_checkpoint(
    tmp_path: Path, keep: int, steps: list[int], last: dict, best: dict | None
) -> None:
    path = tmp_path / "scores.jsonl"
    reader = ScoresReader(path)
    _fill(path)
    writer = ScoresWriter(path, keep)
    assert _read(reader, path).step.tolist() == steps
    assert writer.last == last
    assert writer.best == (best or {"w1": 1.0, "ks": 0.5})
    # A trainer may tell the scores of its checkpoint's step again.
    writer.append(steps[-1], {"w1": 9.0})
    assert _read(reader, path).step.tolist() == steps


def test_a_reader_grows_with_the_log(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    reader = ScoresReader(path)
    writer = ScoresWriter(path, 0)
    for step in range(0, 500, 100):
        writer.append(step, {"w1": step / 100})
        assert _read(reader, path).step.tolist() == list(range(0, step + 100, 100))
    before = reader.refresh()
    assert reader.refresh() is before
    writer.close()
    # A resume from step 200 learns something else.
    writer = ScoresWriter(path, 200)
    assert _read(reader, path).step.tolist() == [0, 100, 200]
    writer.append(300, {"w1": 9.0})
    assert _read(reader, path).values["w1"].tolist() == [0, 1, 2, 9]
    assert before.step.tolist() == [0, 100, 200, 300, 400]
