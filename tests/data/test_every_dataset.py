"""What every dataset promises, and everything else that samples are drawn from."""

import numpy as np
import pytest

from ganlib import data
from ganlib.data import distributions, planes
from ganlib.data.base import Data
from ganlib.errors import DataError

# Those that come with the package.
DATASETS = [one.name for one in data.all_datasets().values() if one.bundled != "Nothing."]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANLIB_OFFLINE", "1")


def check_draws(samples: Data, low: float, high: float) -> None:
    drawn = samples.take(3, 500)
    assert drawn.dtype == np.float32
    assert drawn.shape == (500, *samples.sample_shape)
    assert np.isfinite(drawn).all()
    assert low <= drawn.min() < drawn.max() <= high
    np.testing.assert_array_equal(drawn, samples.take(3, 500))
    assert not np.array_equal(drawn, samples.take(4, 500))


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_loads_what_it_reports(name: str) -> None:
    dataset = data.get(name)
    samples = dataset.load()
    assert samples.sample_shape == (28, 28, 1)
    check_draws(samples, 0, 255)
    # Pixels are used from black to white, not from 0 to 1.
    assert samples.take(0, 500).max() > 200
    assert dataset.locate().report == samples.report
    assert samples.report.sentence().startswith(dataset.title)
    np.testing.assert_array_equal(samples.take(3, 9), dataset.load().take(3, 9))
    assert all((dataset.licence, dataset.source, dataset.url, dataset.bundled))


@pytest.mark.parametrize("name", distributions.TARGETS)
def test_a_distribution_gives_numbers(name: str) -> None:
    check_draws(distributions.DistributionData(distributions.target(name), size=3), -60, 60)


@pytest.mark.parametrize("name", planes.TARGETS)
def test_a_plane_gives_points(name: str) -> None:
    check_draws(planes.PlaneData(planes.TARGETS[name]), -6, 6)


def test_an_unknown_name_is_refused_with_those_allowed() -> None:
    with pytest.raises(DataError, match=r"^There is no dataset 'minst'\. Allowed: .*mnist"):
        data.get("minst")


def test_datasets_are_different_data() -> None:
    first = [data.get(name).load().take(0, 9).tobytes() for name in DATASETS]
    assert len(set(first)) == len(first) >= 3
