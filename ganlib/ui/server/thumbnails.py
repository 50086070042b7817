"""Small pictures of the newest samples of runs, for the cells of a table."""

import io
import threading
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from ganlib.errors import UserError
from ganlib.runs import RunStore, RunSummary
from ganlib.ui.components.grid import data_url
from ganlib.viz.thumbnails import thumbnail

# A table of 1,000 runs has all pictures, so each has about 1 kB.
_SIDE, _COLOURS = 64, 16


class _Entry(NamedTuple):
    """A picture and what it was made from.

    Args:
        step: of the run when it was read.
        sampled: newest step with samples; -1 if there were none.
        url: the picture as a data URL; empty if there are no samples.
    """

    step: int = -1
    sampled: int = -1
    url: str = ""


class Thumbnails:
    """Caches a picture of each run until the run has newer samples.

    Reading a run takes about 10 ms, and there may be a thousand runs, so a few are read at a time.

    Args:
        store: contains the runs.
    """

    def __init__(self, store: RunStore):
        self._store = store
        self._read: dict[str, _Entry] = {}
        # A second session waits for the first one and then uses what that has read.
        self._lock = threading.Lock()

    def of(self, run_id: str) -> str:
        """Returns the cached picture as a data URL; empty if it has not been read."""
        return self._read.get(run_id, _Entry()).url

    def read(self, summaries: Sequence[RunSummary], limit: int) -> int:
        """Reads runs that are new or have made steps; removes runs that no longer exist.

        Args:
            summaries: all runs.
            limit: maximum number of runs to read, from the first one on.
        Returns:
            Number of runs that still have to be read.
        """
        with self._lock:
            # A new dictionary, because other threads use the old one meanwhile.
            read = {one.id: self._read[one.id] for one in summaries if one.id in self._read}
            waiting = [one for one in summaries if read.get(one.id, _Entry()).step != _step(one)]
            for summary in waiting[:limit]:
                read[summary.id] = self._entry(summary, read.get(summary.id, _Entry()))
            self._read = read
        return max(0, len(waiting) - limit)

    def _entry(self, summary: RunSummary, before: _Entry) -> _Entry:
        step = _step(summary)
        try:
            run = self._store.open(summary.id)
            sampled = max(run.sample_steps(), default=-1)
            if sampled == before.sampled:
                return before._replace(step=step)
            png = thumbnail(run.real(), run.samples(sampled)["fixed"])
        except UserError:
            # Samples are missing or damaged; the run's own page says so.
            return before._replace(step=step)
        return _Entry(step, sampled, data_url(_smaller(png)))


def _step(summary: RunSummary) -> int:
    return summary.status.step if summary.status else 0


def _smaller(png: bytes) -> bytes:
    """Returns a picture of the table's size, with few colours."""
    with Image.open(io.BytesIO(png)) as image:
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        small = image.convert(mode).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE).save(file, "PNG", optimize=True)
    return file.getvalue()
