"""Adding a dataset is one file."""

import sys

import pytest

import ganlib.data
from ganlib.data import all_datasets, get
from ganlib.errors import DataError


@pytest.fixture
def fresh_registry():
    all_datasets.cache_clear()
    yield
    all_datasets.cache_clear()
    sys.modules.pop("ganlib.data.letters", None)


def test_an_unknown_name_is_refused_with_those_allowed() -> None:
    with pytest.raises(DataError, match=r"^There is no dataset 'minst'\. Allowed: .*mnist"):
        get("minst")


def test_a_file_dropped_in_is_a_dataset(tmp_path, monkeypatch, fresh_registry) -> None:
    (tmp_path / "letters.py").write_text(
        "import dataclasses\n"
        "from ganlib.data import mnist\n"
        "DATASET = dataclasses.replace(mnist.DATASET, name='letters', title='Letters')\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(ganlib.data, "__path__", [*ganlib.data.__path__, str(tmp_path)])
    assert list(all_datasets()) == sorted(all_datasets())
    assert get("letters").locate().report.name == "Letters"
    assert get("mnist").title == "MNIST"
