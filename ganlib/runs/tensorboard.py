"""Scalars for TensorBoard, which needs not be installed to write them."""

import re
import time
from pathlib import Path

import numpy as np

_NAME = re.compile(r"events\.out\.tfevents\.([0-9]{10})\.([0-9]{4,})")


class TensorBoardLog:
    """One event file of a run; each session writes its own.

    Imports TensorFlow, so it is made by who trains and never by who watches.

    Args:
        folder: the run's folder.
        step: where the session starts. What earlier sessions wrote after it is
            no longer shown, for this one writes it anew.
    """

    def __init__(self, folder: Path, step: int):
        import tensorflow as tf

        session, name = _next_file(folder, int(time.time()))
        self._proto = tf.compat.v1
        self._writer = tf.io.TFRecordWriter(str(folder / name))
        self._write(tf.compat.v1.Event(wall_time=time.time(), file_version="brain.Event:2"))
        if session > 0:
            start = tf.compat.v1.SessionLog(status=tf.compat.v1.SessionLog.START)
            first = step + 1 if step else 0
            self._write(tf.compat.v1.Event(wall_time=time.time(), step=first, session_log=start))
        self._writer.flush()

    def scalars(self, step: int, values: dict[str, float]) -> None:
        """One point of each of several curves.

        Args:
            step: where on the curves.
            values: by the curves' names.
        """
        summary = self._proto.Summary()
        for name, value in values.items():
            summary.value.add(tag=name, simple_value=value)
        self._write(self._proto.Event(wall_time=time.time(), step=step, summary=summary))
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()

    def _write(self, event: object) -> None:
        self._writer.write(event.SerializeToString())  # type: ignore[attr-defined]


def _next_file(folder: Path, now_s: int) -> tuple[int, str]:
    """The number of a new session, and the name of its file.

    TensorBoard reads the files in the order of their names, so one that a clock set
    back would put before the others takes the time of the last of them.
    """
    names = (_NAME.fullmatch(path.name) for path in folder.glob("events.out.tfevents.*"))
    earlier = [(int(found[1]), int(found[2])) for found in names if found]
    session = max((number for _, number in earlier), default=-1) + 1
    at_s = max([now_s, *(second for second, _ in earlier)])
    return session, f"events.out.tfevents.{at_s:010d}.{session:04d}"


def block_means(names: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    """Mean of each column by name.

    Args:
        names: one for each column.
        values: (rows, len(names)), at least one row.
    """
    means = values.mean(axis=0, dtype=np.float64)
    return {name: float(mean) for name, mean in zip(names, means, strict=True)}
