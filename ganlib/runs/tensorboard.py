"""Writes scalars for TensorBoard, which need not be installed."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

_PREFIX = "events.out.tfevents."


class TensorBoardLog:
    """Writes event files; each session of a run has its own. Imports TensorFlow.

    Uses protocol buffers, because `tf.summary` takes several times as long for each step.

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
        self._put(step + 1 if step else 0)

    def scalars(self, step: int, values: dict[str, float]) -> None:
        """Writes one point of each curve.

        Args:
            step: generator updates so far.
            values: values by name of the curve.
        """
        summary = self._proto.Summary()
        for name, value in values.items():
            summary.value.add(tag=name, simple_value=value)
        self._put(step, summary=summary)

    def close(self) -> None:
        """Closes the file."""
        if self._writer is not None:
            with suppress(self._unwritable):
                self._writer.close()
            self._writer = None

    def _put(self, step: int, **what: Any) -> None:
        """Writes an event. An event that cannot be written is missing in TensorBoard only.

        TensorBoard stops reading a file at an incomplete record, so the next event begins a new
        file after an error.
        """
        try:
            if self._writer is None:
                # TensorBoard reads the files in the order of their names.
                numbers = [path.suffix[1:] for path in self._folder.glob(_PREFIX + "*")]
                number = max((int(one) for one in numbers if one.isdecimal()), default=-1) + 1
                path = self._folder / f"{_PREFIX}{number:010d}"
                self._writer = self._open_writer(str(path))
                self._write(file_version="brain.Event:2")
                start = self._proto.SessionLog(status=self._proto.SessionLog.START)
                self._write(step=step, session_log=start)
            if what:
                self._write(step=step, **what)
            self._writer.flush()
        except self._unwritable:
            self.close()

    def _write(self, **what: Any) -> None:
        event = self._proto.Event(wall_time=time.time(), **what)
        self._writer.write(event.SerializeToString())
