"""A file that somebody holds already is not read again; one that has changed is."""

import gc
import os
import weakref

import numpy as np
import pytest

from ganlib.data.quickdraw import QuickDraw
from ganlib.errors import DataError


@pytest.fixture
def own(stage, monkeypatch):
    stage.put_own(5)
    monkeypatch.setenv("GANLIB_DATA", str(stage.folder))
    return stage


def test_two_loads_hold_one_copy(own) -> None:
    first = own.dataset.load()
    assert own.dataset.load() is first


def test_unused_data_are_released(own) -> None:
    held = weakref.ref(own.dataset.load())
    gc.collect()
    assert held() is None


def test_a_changed_file_is_read_again(own) -> None:
    first = own.dataset.load()
    own.put_own(6)
    second = own.dataset.load()
    assert (first.report.count, second.report.count) == (5, 6)
    assert (first.take(0, 5) != second.take(0, 5)).any()


def test_the_same_size_in_the_same_place_is_no_proof(own) -> None:
    first = own.dataset.load()
    path = own.folder / own.dataset.sources.name
    before = path.stat()
    images = first.take(0, 5)
    np.savez_compressed(path, x_train=np.zeros((5, 4, 4), np.uint8))
    # Even for who sets the clock of the file back.
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    second = own.dataset.load()
    assert images.any() and not second.take(0, 5).any()


def test_data_of_other_settings_are_not_shared(stage, monkeypatch) -> None:
    monkeypatch.setenv("GANLIB_OFFLINE", "1")
    few, many = (QuickDraw(max_drawings=most).load() for most in (50, 100))
    assert (few.report.count, many.report.count) == (50, 100)
    apples, cats = (QuickDraw(categories=(name,)).load() for name in ("apple", "cat"))
    assert (apples.take(0, 5) != cats.take(0, 5)).any()
    assert QuickDraw(categories=("cat",)).load() is cats


def test_a_file_that_is_gone_is_missed(own, tmp_path) -> None:
    path = tmp_path / "mine.npy"
    np.save(path, np.zeros((3, 784), np.uint8))
    mine = QuickDraw(own_file=str(path))
    held = mine.load()
    path.unlink()
    with pytest.raises(DataError):
        mine.load()
    assert held.report.count == 3
