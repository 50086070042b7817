"""Pictures of the newest samples of runs, and small ones for the cells of a table."""

import io
import threading
from collections.abc import Sequence
from contextlib import suppress

import streamlit as st
from PIL import Image

from ganlib.errors import UserError
from ganlib.runs import Run, RunStore, RunSummary
from ganlib.ui.components.grid import data_url
from ganlib.viz.thumbnails import thumbnail

# A table of 1,000 runs has all pictures, so each has about 1 kB.
_SIDE, _COLOURS = 64, 16


def newest_picture(run: Run) -> bytes | None:
    """Returns a PNG of a run's newest samples; None without samples.

    Raises:
        UserError: the samples cannot be read.
    """
    steps = run.sample_steps()
    return _picture(run.id, steps[-1], run) if steps else None


@st.cache_data(max_entries=500, show_spinner=False)
def _picture(run_id: str, step: int, _run: Run) -> bytes:
    return thumbnail(_run.real(), _run.samples(step)["fixed"])


class Thumbnails:
    """Keeps a small picture of each run until the run has made steps.

    Reading a run takes about 10 ms, and there may be a thousand runs, so a few are read at a time.

    Args:
        store: contains the runs.
    """

    def __init__(self, store: RunStore):
        self._store = store
        # Step when a run was read, and its picture as a data URL, which is empty without samples.
        self._read: dict[str, tuple[int, str]] = {}
        # A second session waits for the first one and then uses what that has read.
        self._lock = threading.Lock()

    def of(self, run_id: str) -> str:
        """Returns the picture as a data URL; empty if it has not been read."""
        return self._read.get(run_id, (-1, ""))[1]

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
            steps = {one.id: one.status.step if one.status else 0 for one in summaries}
            waiting = [one for one in steps if one not in read or read[one][0] != steps[one]]
            for run_id in waiting[:limit]:
                url = self.of(run_id)
                # Samples may be missing or damaged; the run's own page says so.
                with suppress(UserError):
                    if png := newest_picture(self._store.open(run_id)):
                        url = data_url(_smaller(png))
                read[run_id] = steps[run_id], url
            self._read = read
        return max(0, len(waiting) - limit)


def _smaller(png: bytes) -> bytes:
    """Returns a picture of the table's size, with few colours."""
    with Image.open(io.BytesIO(png)) as image:
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        small = image.convert(mode).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE).save(file, "PNG", optimize=True)
    return file.getvalue()
