"""Scalars for TensorBoard, which needs not be installed to write them."""

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

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

        self._folder = folder
        self._proto = tf.compat.v1
        self._open_writer = tf.io.TFRecordWriter
        self._unwritable = tf.errors.OpError
        self._writer: Any = None
        self._put([], step + 1 if step else 0)

    def scalars(self, step: int, values: dict[str, float]) -> None:
        """One point of each of several curves.

        Args:
            step: where on the curves.
            values: by the curves' names.
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
        """Writes events. What the disk does not take is left out of these curves, and of no other.

        Behind a record that was cut off TensorBoard reads nothing more of a file, so another
        one begins at the next event.
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
        """A new file, and the events that it begins with."""
        proto = self._proto
        session, name = _next_file(self._folder, int(time.time()))
        self._writer = self._open_writer(str(self._folder / name))
        first = [proto.Event(wall_time=time.time(), file_version="brain.Event:2")]
        if session > 0:
            start = proto.SessionLog(status=proto.SessionLog.START)
            first.append(proto.Event(wall_time=time.time(), step=step, session_log=start))
        return first


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
