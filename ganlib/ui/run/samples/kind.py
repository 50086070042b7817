"""What the pages need to know about a kind of samples."""

import io
from abc import ABC, abstractmethod
from contextlib import suppress
from functools import partial
from typing import ClassVar

import numpy as np

from ganlib.errors import UserError
from ganlib.events import Arrays
from ganlib.runs import Run
from ganlib.ui.components.download import download_button
from ganlib.ui.server.reading import Reading


class SampleKind(ABC):
    """Widgets, figures and words of one kind of samples: numbers, points or images.

    Attributes:
        more: number of new samples to generate on request, unless the user changes it.
        has_single_steps: whether one network can be trained at a time by hand. Networks for images
            have other state, such as that of batch normalisation, which every forward pass updates,
            also in the network that does not train.
    """

    more: ClassVar[int] = 25
    has_single_steps: ClassVar[bool] = True

    @abstractmethod
    def options(self, reading: Reading) -> None:
        """Draws the widgets for the display of samples, which all runs and pages share.

        The run must have saved some. For why they are not redrawn at every refresh, see
        `ganlib.ui.run.curves.chart_options`.
        """

    @abstractmethod
    def draw(self, reading: Reading, step: int) -> None:
        """Draws generated samples of a step next to real ones.

        Args:
            reading: of the shown run.
            step: a step with saved samples.
        """

    @abstractmethod
    def draw_new(self, run: Run, samples: np.ndarray) -> None:
        """Draws newly generated samples.

        Args:
            run: the run whose generator made them.
            samples: (n, *sample_shape) in the data's units.
        """

    def download_newest(self, run: Run) -> None:
        """Draws a button for the newest samples of a run, which must have saved some."""
        make, name = partial(samples_csv, run), f"{run.id}-samples.csv"
        download_button("Newest samples (CSV)", make, name, "text/csv")

    def download_new(self, samples: np.ndarray, name: str) -> None:
        """Draws a button for newly generated samples.

        Args:
            samples: (n, *sample_shape) in the data's units.
            name: of the file, without suffix.
        """
        download_button("Download (CSV)", partial(_csv, samples), f"{name}.csv", "text/csv")


def newest_samples(reading: Reading) -> Arrays:
    """Returns the newest samples; empty if they cannot be read, which is shown where they are."""
    with suppress(UserError):
        return reading.samples(reading.sample_steps[-1])
    return {}


def samples_csv(run: Run) -> str:
    """Returns the newest generated samples as CSV: a header line, then one line per sample."""
    return _csv(run.samples(run.sample_steps()[-1])["fresh"])


def _csv(samples: np.ndarray) -> str:
    rows = samples.reshape(len(samples), -1)
    numbered = [f"value_{number}" for number in range(1, rows.shape[1] + 1)]
    names = {1: ["value"], 2: ["x", "y"]}.get(rows.shape[1], numbered)
    text = io.StringIO()
    np.savetxt(text, rows, fmt="%.9g", delimiter=",", header=",".join(names), comments="")
    return text.getvalue()
