"""Writes scalars for TensorBoard, which need not be installed."""

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

_NAME = re.compile(r"events\.out\.tfevents\.([0-9]{10})\.([0-9]{4,})")


class TensorBoardLog:
    """Writes an event file; each session of a run has its own. Imports TensorFlow.

    Args:
        folder: the run's folder.
        step: first step of the session. TensorBoard hides what earlier sessions wrote after it.
    """

    def __init__(self, folder: Path, step: int):
        import tensorflow as tf

        self._folder = folder
        self._proto = tf.compat.v1
        self._open_writer = tf.io.TFRecordWriter
        self._unwritable = tf.errors.OpError
        self._writer: Any = None
        self._put([], step + 1 if step else 0)

    def scalars(self, step: int, values: dict[str, float]) -> None:
        """Writes one point of each curve.

        Args:
            step: generator updates so far.
            values: values by name of the curve.
        """
        summary = self._proto.Summary()
        for name, value in values.items():
            summary.value.add(tag=name, simple_value=value)
        self._put([self._proto.Event(wall_time=time.time(), step=step, summary=summary)], step)

    def close(self) -> None:
        """Closes the file."""
        if self._writer is not None:
            with suppress(self._unwritable):
                self._writer.close()

    def _put(self, events: list[Any], step: int) -> None:
        """Writes events. Events that cannot be written are missing in TensorBoard only.

        TensorBoard stops reading a file at an incomplete record, so the next event begins a new
        file after an error.
        """
        try:
            if self._writer is None:
                events = self._beginning(step) + events
            for event in events:
                self._writer.write(event.SerializeToString())
            self._writer.flush()
        except self._unwritable:
            self.close()
            self._writer = None

    def _beginning(self, step: int) -> list[Any]:
        """Opens a new file and returns the events that it begins with."""
        proto = self._proto
        session, name = _next_file(self._folder, int(time.time()))
        self._writer = self._open_writer(str(self._folder / name))
        first = [proto.Event(wall_time=time.time(), file_version="brain.Event:2")]
        if session > 0:
            start = proto.SessionLog(status=proto.SessionLog.START)
            first.append(proto.Event(wall_time=time.time(), step=step, session_log=start))
        return first


def _next_file(folder: Path, now_s: int) -> tuple[int, str]:
    """Returns the number of a new session and the name of its file.

    TensorBoard reads the files in the order of their names, which begin with a time. If the clock
    has been set back, the time of the last file is used.
    """
    names = (_NAME.fullmatch(path.name) for path in folder.glob("events.out.tfevents.*"))
    earlier = [(int(found[1]), int(found[2])) for found in names if found]
    session = max((number for _, number in earlier), default=-1) + 1
    at_s = max([now_s, *(second for second, _ in earlier)])
    return session, f"events.out.tfevents.{at_s:010d}.{session:04d}"


def block_means(names: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    """Returns the mean of each column by name.

    Args:
        names: names of the columns.
        values: (rows, len(names)), at least one row.
    """
    means = values.mean(axis=0, dtype=np.float64)
    return {name: float(mean) for name, mean in zip(names, means, strict=True)}
