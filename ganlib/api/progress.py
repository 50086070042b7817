"""Progress bars: in a notebook as HTML below a cell, elsewhere on standard error."""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any, Protocol

from ganlib.api.html import progress_html, status_text
from ganlib.errors import RunError
from ganlib.runs import Status

_REDRAW_S = 0.2
_LOG_EVERY_S = 5.0


class ProgressBar(Protocol):
    """Shows how far a run is."""

    def show(self, status: Status) -> None:
        """Shows a status."""

    def close(self) -> None:
        """Ends the bar; the last status stays visible."""


def in_notebook() -> bool:
    """True in a Jupyter kernel, also that of an editor or of Colab. Imports nothing."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")


def progress_bar(name: str, status: Status, wanted: bool | None) -> ProgressBar | None:
    """Returns a bar for the place where this process runs; None if none is wanted.

    Args:
        name: of the run.
        status: of the run.
        wanted: None for a bar in a notebook only.
    """
    if in_notebook():
        return None if wanted is False else _NotebookBar(name)
    return _TerminalBar(name, status) if wanted else None


def show_in_background(
    bar: ProgressBar, status: Callable[[], Status], closed: Callable[[], None]
) -> None:
    """Keeps a bar up to date in a thread until the run has ended, then closes it.

    Args:
        bar: the bar.
        status: returns the current status of the run.
        closed: called at the end.
    """

    def follow() -> None:
        # The run may be deleted meanwhile.
        with suppress(RunError), closing(bar):
            while (now := status()).active:
                bar.show(now)
                time.sleep(_REDRAW_S)
            bar.show(now)
        closed()

    threading.Thread(target=follow, name="progress", daemon=True).start()


class _NotebookBar:
    """An output of a cell that is replaced. Needs no widgets, and may be changed in any thread."""

    def __init__(self, name: str):
        from IPython.display import DisplayHandle

        self._name = name
        self._due_s = 0.0
        self._display: Any = DisplayHandle()
        # At once, so that it belongs to the cell that is being executed.
        self._display.display({"text/plain": name}, raw=True)

    def show(self, status: Status) -> None:
        now = time.monotonic()
        if status.active and now < self._due_s:
            return
        self._due_s = now + _REDRAW_S
        text = f"{self._name}: {status_text(status)}"
        data = {"text/html": progress_html(self._name, status), "text/plain": text}
        self._display.update(data, raw=True)

    def close(self) -> None:
        """Does nothing: the output stays in the notebook."""


class _TerminalBar:
    """tqdm's bar on standard error."""

    def __init__(self, name: str, status: Status):
        from tqdm import tqdm

        self._bar = tqdm(
            desc=name,
            total=status.steps,
            initial=status.step,
            unit=" steps",
            file=sys.stderr,
            dynamic_ncols=True,
            # A log file keeps every line.
            mininterval=_REDRAW_S if sys.stderr.isatty() else _LOG_EVERY_S,
        )

    def show(self, status: Status) -> None:
        if status.step == self._bar.n:
            # The time before the first step, or in a pause, does not count for the speed.
            self._bar.unpause()
        self._bar.set_postfix_str(status.phase or status.state, refresh=False)
        self._bar.update(status.step - self._bar.n)

    def close(self) -> None:
        self._bar.close()
