"""Datasets, one file each.

A module in this folder that defines `DATASET` is a dataset; it needs no registration. Importing
this package does not import TensorFlow.
"""

from functools import cache

from ganlib.data.dataset import Dataset
from ganlib.discovery import discover
from ganlib.errors import DataError

__all__ = ["Dataset", "all_datasets", "get"]


@cache
def all_datasets() -> dict[str, Dataset]:
    """Returns every dataset by name, in the order of their names."""
    datasets: list[Dataset] = discover(__name__, "DATASET")
    return {dataset.name: dataset for dataset in sorted(datasets, key=lambda one: one.name)}


def get(name: str) -> Dataset:
    """Returns the dataset of that name.

    Raises:
        DataError: there is none; the message lists those there are.
    """
    found = all_datasets()
    if name not in found:
        raise DataError(f"There is no dataset {name!r}. Allowed: {', '.join(found)}.")
    return found[name]
