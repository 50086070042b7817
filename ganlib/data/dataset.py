"""The classes that a dataset file instantiates."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from ganlib.data.base import ArrayData, Data, Loading, loaded
from ganlib.data.download import offline
from ganlib.data.resolve import LocalCopy, Sources, locate, resolve
from ganlib.data.shared_data import shared_data
from ganlib.events import DataReport


@dataclass(frozen=True)
class Location:
    """The data that a run would get now.

    Args:
        report: as the run would report it.
        note: what the first run would download, or why it would not; may be empty.
        fetches: True if a run would download data.
    """

    report: DataReport
    note: str = ""
    fetches: bool = False

    def sentence(self) -> str:
        """Returns one line for a page, such as "MNIST, downloaded copy: 60,000"."""
        return "; ".join(filter(None, (self.report.sentence(), self.note)))


@dataclass(frozen=True, kw_only=True)
class Dataset(ABC):
    """A dataset: its makers, its licence, and how to load it.

    Args:
        name: its name in code and on the command line.
        title: its name on pages.
        licence: under which it is published.
        source: who made it.
        url: where to read about it; may be empty.
        bundled: the part that ships with this package, in words.
    """

    name: str
    title: str
    licence: str
    source: str
    url: str = ""
    bundled: str = "Nothing."

    @abstractmethod
    def loading(self) -> Loading:
        """Loads the samples from the best copy there is; may download, and yields its progress.

        Raises:
            DataError: the user's own file is not valid, or there is no copy at all.
        """

    def load(self) -> Data:
        """Loads the samples like `loading`, without reporting progress."""
        return loaded(self.loading())

    @property
    @abstractmethod
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample, known without loading any."""

    def most(self) -> int:
        """Returns the largest number of samples that `load` may return; asks no network.

        Raises:
            DataError: the user's own file is not valid.
        """
        report = self.locate().report
        count = report.count or 0
        return count if offline() else max(count, report.total or 0)

    @abstractmethod
    def locate(self) -> Location:
        """Says what `load` would return now; asks no network and loads no TensorFlow.

        Raises:
            DataError: the user's own file is not valid.
        """


@dataclass(frozen=True, kw_only=True)
class ImageDataset(Dataset):
    """A dataset of images in one file.

    Args:
        total: number of images in the full dataset.
        sources: where its file may be.
    """

    total: int
    sources: Sources

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one image, known without loading any."""
        return self.sources.format.sample_shape

    def loading(self) -> Loading:
        """Loads (N, H, W, 1) uint8 images; see `Dataset.loading`."""
        copy = yield from resolve(self.sources)
        return shared_data([copy.path], (self, copy), lambda: self._read(copy))

    def locate(self) -> Location:
        """See `Dataset.locate`."""
        copy, note = locate(self.sources)
        fetches = bool(note) and not offline()
        if copy is None:
            return Location(self._report("not on this machine", 0), note, fetches)
        return Location(self._report(copy.provenance, copy.count()), note, fetches)

    def _read(self, copy: LocalCopy) -> ArrayData:
        samples = copy.read()
        return ArrayData(samples, self._report(copy.provenance, len(samples)))

    def _report(self, provenance: str, count: int) -> DataReport:
        # The user's own file may hold more than was published.
        return DataReport(self.title, provenance, count, max(count, self.total))
