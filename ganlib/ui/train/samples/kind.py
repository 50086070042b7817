"""What the pages need to know about a kind of samples."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, NamedTuple

import numpy as np

from ganlib.events import Arrays
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.ui.server.reading import Reading


class SamplesFile(NamedTuple):
    """A download of the newest samples of a run.

    Args:
        label: of the button.
        content: makes the file's content.
        suffix: of the file's name, behind the run's id.
        mime: of the content.
    """

    label: str
    content: Callable[[], bytes | str]
    suffix: str
    mime: str


class SampleKind(ABC):
    """Widgets, figures and words of one kind of samples: numbers, points or images.

    Attributes:
        picture: what shows the samples, for "here ... shows the generated samples".
        more: number of new samples generated on request.
        has_single_steps: whether one network can be trained at a time by hand. Networks for images
            have other state, such as that of batch normalisation, which every forward pass updates,
            also in the network that does not train.
    """

    picture: ClassVar[str]
    more: ClassVar[int] = 16
    has_single_steps: ClassVar[bool] = True

    @abstractmethod
    def options(self, run: Run, samples: Arrays) -> None:
        """Draws the widgets for the display of samples.

        Args:
            run: the shown run.
            samples: its newest samples; empty if they cannot be read.
        """

    @abstractmethod
    def draw(self, recipe: Recipe, reading: Reading, step: int) -> None:
        """Draws generated samples of a step next to real ones.

        Args:
            recipe: of the run.
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

    @abstractmethod
    def newest_file(self, run: Run) -> SamplesFile:
        """Returns the download of the newest samples; the run must have saved some."""

    def awaits_other_run(self) -> bool:
        """Returns whether another run, shown in comparison, still trains."""
        return False
