from pathlib import Path

import numpy as np
import pytest

from ganlib.runs.scores_log import ScoresWriter, read_scores


def _fill(path: Path) -> bytes:
    writer = ScoresWriter(path, 0)
    writer.append(0, {"w1": 3.0})
    writer.append(100, {"w1": 1.0, "ks": 0.5})
    writer.append(200, {"w1": 2.0, "ks": float("nan")})
    writer.close()
    return path.read_bytes()


def test_scores_come_back_by_name(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    assert len(read_scores(path)) == 0
    _fill(path)
    scores = read_scores(path)
    assert scores.step.tolist() == [0, 100, 200]
    assert scores.values["w1"].tolist() == [3.0, 1.0, 2.0]
    np.testing.assert_array_equal(scores.values["ks"], [np.nan, 0.5, np.nan])


def test_a_torn_line_is_not_read_and_is_cut_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    content = _fill(path)
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    for length in range(last, len(content)):
        path.write_bytes(content[:length])
        assert read_scores(path).step.tolist() == [0, 100]
        writer = ScoresWriter(path, 200)
        writer.append(300, {"w1": 4.0})
        writer.close()
        assert read_scores(path).step.tolist() == [0, 100, 300]


def test_a_damaged_line_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    path.write_bytes(_fill(path).replace(b'"w1": 1.0', b'"w1": 7.0'))
    assert read_scores(path).step.tolist() == [0, 200]
    writer = ScoresWriter(path, 200)
    writer.append(300, {"w1": 4.0})
    assert read_scores(path).step.tolist() == [0, 200, 300]


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
    _fill(path)
    writer = ScoresWriter(path, keep)
    assert read_scores(path).step.tolist() == steps
    assert writer.last == last
    assert writer.best == (best or {"w1": 1.0, "ks": 0.5})
    # A trainer may tell the scores of its checkpoint's step again.
    writer.append(steps[-1], {"w1": 9.0})
    assert read_scores(path).step.tolist() == steps
