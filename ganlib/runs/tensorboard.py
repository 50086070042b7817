"""Scalars for TensorBoard, which needs not be installed to write them."""

import time
from pathlib import Path

import numpy as np


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

        # TensorBoard reads the files in the order of their names.
        session = len(list(folder.glob("events.out.tfevents.*")))
        name = f"events.out.tfevents.{int(time.time()):010d}.{session:04d}"
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


def block_means(names: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    """Mean of each column by name.

    Args:
        names: one for each column.
        values: (rows, len(names)), at least one row.
    """
    means = values.mean(axis=0, dtype=np.float64)
    return {name: float(mean) for name, mean in zip(names, means, strict=True)}
