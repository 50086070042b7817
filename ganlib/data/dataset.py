"""What a dataset file declares."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from ganlib.data.base import ArrayData, Data, Loading, loaded
from ganlib.data.download import offline
from ganlib.data.resolve import LocalCopy, Sources, locate, resolve
from ganlib.data.shared_data import shared_data
from ganlib.events import DataReport


@dataclass(frozen=True)
class Location:
    """Which data a run would get now.

    Args:
        report: as the run would report it.
        note: what the first run would change, or why it would not; may be empty.
        fetches: whether a run would ask the network.
    """

    report: DataReport
    note: str = ""
    fetches: bool = False

    def sentence(self) -> str:
        """One plain line for a page, such as "MNIST, downloaded copy: 60,000"."""
        return "; ".join(filter(None, (self.report.sentence(), self.note)))


@dataclass(frozen=True, kw_only=True)
class Dataset(ABC):
    """A dataset: who made it, what may be done with it, and how to get it.

    Args:
        name: how code and the command line call it.
        title: how people call it.
        licence: under which it is published.
        source: who made it.
        url: where to read about it.
        bundled: what of it ships with this package, in words.
    """

    name: str
    title: str
    licence: str
    source: str
    url: str
    bundled: str

    @abstractmethod
    def loading(self) -> Loading:
        """The samples, from the best copy there is; may download, and tells of its progress.

        Raises:
            DataError: the user's own file is not what it should be, or there is
                no copy at all.
        """

    def load(self) -> Data:
        """The same without progress."""
        return loaded(self.loading())

    @property
    @abstractmethod
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample, known without loading any."""

    def most(self) -> int:
        """How many samples `load` gives at most; asks no network.

        Raises:
            DataError: the user's own file is not what it should be.
        """
        report = self.locate().report
        count = report.count or 0
        return count if offline() else max(count, report.total or 0)

    @abstractmethod
    def locate(self) -> Location:
        """What `load` would give now; asks no network and loads no TensorFlow.

        Raises:
            DataError: the user's own file is not what it should be.
        """


@dataclass(frozen=True, kw_only=True)
class ImageDataset(Dataset):
    """A dataset of images that comes as one file.

    Args:
        total: number of images in the full set.
        sources: where its file may be.
    """

    total: int
    sources: Sources

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one image, known without loading any."""
        return self.sources.format.sample_shape

    def loading(self) -> Loading:
        """(N, H, W, 1) uint8 images; see `Dataset.loading`."""
        copy = yield from resolve(self.sources)
        return shared_data([copy.path], (self, copy), lambda: self._read(copy))

    def locate(self) -> Location:
        """See `Dataset.locate`."""
        found = locate(self.sources)
        return Location(self._report(found.provenance, found.count), found.note, found.fetches)

    def _read(self, copy: LocalCopy) -> ArrayData:
        samples = copy.read()
        return ArrayData(samples, self._report(copy.provenance, len(samples)))

    def _report(self, provenance: str, count: int) -> DataReport:
        # The user's own file may hold more than was published.
        return DataReport(self.title, provenance, count, max(count, self.total))
