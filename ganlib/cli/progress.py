"""Progress of a command on standard error: a bar on a terminal, lines in a file or pipe."""

import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from ganlib.amounts import duration, rate
from ganlib.events import Event, Finished, Metrics, Phase, Started
from ganlib.runs.rate import StepRate

if TYPE_CHECKING:
    from tqdm import tqdm

# Seconds between lines; few, because a log file keeps all of them.
LINE_EVERY_S = 5.0
_LOSS = "_loss"


def progress(total: int, stream: TextIO | None = None) -> "Bar | Lines":
    """Returns a bar for a terminal, else lines.

    Args:
        total: last step of the run.
        stream: output; None takes standard error.
    """
    stream = stream or sys.stderr
    return Bar(total, stream) if stream.isatty() else Lines(total, stream)


class Bar:
    """A line that is overwritten: the phase before training, then tqdm's progress bar.

    Args:
        total: last step of the run.
        stream: a terminal.
    """

    def __init__(self, total: int, stream: TextIO):
        self._total = total
        self._stream = stream
        self._phase = ""
        self._names: tuple[str, ...] = ()
        self._bar: tqdm[Any] | None = None

    def show(self, event: Event) -> None:
        """Shows the next event of a run."""
        if isinstance(event, Phase):
            self._show_phase(event.text)
        elif isinstance(event, Started):
            from tqdm import tqdm

            self._show_phase("")
            self._names = event.metric_names
            self._bar = tqdm(
                total=self._total,
                initial=event.step,
                unit=" steps",
                file=self._stream,
                dynamic_ncols=True,
            )
        elif isinstance(event, Metrics) and self._bar is not None:
            self._bar.set_postfix_str(_losses(self._names, event.values), refresh=False)
            self._bar.update(len(event.values))

    def close(self) -> None:
        """Ends the line, so that others can write to the terminal."""
        if self._bar is None:
            self._show_phase("")
        else:
            self._bar.close()

    def _show_phase(self, text: str) -> None:
        if self._bar is not None:
            self._bar.set_description_str(text)
            return
        # Spaces overwrite the text before.
        with suppress(OSError):
            self._stream.write(f"\r{text:<{len(self._phase)}}\r{text}")
            self._stream.flush()
        self._phase = text


class Lines:
    """One line every few seconds, and one at the end.

    Args:
        total: last step of the run.
        stream: a file or a pipe.
    """

    def __init__(self, total: int, stream: TextIO):
        self._total = total
        self._stream = stream
        self._names: tuple[str, ...] = ()
        self._rate: StepRate | None = None
        self._line = ""
        # A short command prints its result only.
        self._due = time.monotonic() + LINE_EVERY_S

    def show(self, event: Event) -> None:
        """Shows the next event of a run."""
        if isinstance(event, Phase):
            self._write(event.text)
        elif isinstance(event, Started):
            self._names = event.metric_names
        elif isinstance(event, Metrics):
            self._line = self._described(event)
            self._write(self._line)
        elif isinstance(event, Finished) and self._line:
            self._due = 0.0
            self._write(self._line)

    def close(self) -> None:
        """Does nothing: each line has ended."""

    def _described(self, event: Metrics) -> str:
        parts = [f"step {event.last_step:,} of {self._total:,}"]
        if self._rate is None:
            # The first call includes compilation, so it does not count for the speed.
            self._rate = StepRate(event.last_step, event.elapsed_s)
        else:
            self._rate.add(event.last_step, event.elapsed_s)
        if speed := self._rate.recent:
            left = max(0, self._total - event.last_step)
            parts += [f"{rate(speed)} steps/s", f"ETA {duration(left / speed)}"]
        return ", ".join([*parts, _losses(self._names, event.values)])

    def _write(self, text: str) -> None:
        if time.monotonic() >= self._due:
            # If the reader closes the pipe, the training continues.
            with suppress(OSError):
                print(text, file=self._stream, flush=True)
            self._due = time.monotonic() + LINE_EVERY_S


def _losses(names: tuple[str, ...], values: np.ndarray) -> str:
    """Means over the rows as text: "discriminator loss 0.693, generator loss 0.701"."""
    means = values.mean(axis=0, dtype=np.float64)
    return ", ".join(
        f"{name.removesuffix(_LOSS).replace('_', ' ')} loss {mean:.3f}"
        for name, mean in zip(names, means, strict=True)
        if name.endswith(_LOSS)
    )
