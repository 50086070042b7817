from pathlib import Path

import pytest

from ganlib.runs.tensorboard import TensorBoardLog


@pytest.mark.slow
def test_scalars_can_be_read_by_tensorboard(tmp_path: Path) -> None:
    import tensorflow as tf

    first = TensorBoardLog(tmp_path, 0)
    first.scalars(10, {"generator_loss": 0.5, "w1": 2.0})
    first.scalars(20, {"generator_loss": 0.25})
    first.close()
    second = TensorBoardLog(tmp_path, 10)
    second.scalars(20, {"generator_loss": 0.125})
    second.close()

    files = sorted(tmp_path.glob("events.out.tfevents.*"))
    assert len(files) == 2
    sessions = [list(tf.compat.v1.train.summary_iterator(str(path))) for path in files]
    assert [events[0].file_version for events in sessions] == ["brain.Event:2"] * 2
    points = [
        [(e.step, v.tag, v.simple_value) for e in events for v in e.summary.value]
        for events in sessions
    ]
    assert points[0] == [
        (10, "generator_loss", 0.5),
        (10, "w1", 2.0),
        (20, "generator_loss", 0.25),
    ]
    assert points[1] == [(20, "generator_loss", 0.125)]
    # What TensorBoard takes as: forget the points from step 11 on.
    restart = sessions[1][1]
    assert restart.step == 11
    assert restart.session_log.status == tf.compat.v1.SessionLog.START
    # A file that is gone frees no name of those that are left.
    files[0].unlink()
    TensorBoardLog(tmp_path, 30).close()
    assert sorted(tmp_path.glob("events.out.tfevents.*"))[0] == files[1]
    assert len(list(tmp_path.glob("events.out.tfevents.*"))) == 2
