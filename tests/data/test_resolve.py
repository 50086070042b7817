"""Which copy a run gets: your folder, the cache, a download, the bundled sample.

The first shade of a copy tells it: 0 is the user's own, 100 published, 200 bundled.
"""

import dataclasses

import pytest

from ganlib.data.base import loaded
from ganlib.data.resolve import resolve
from ganlib.errors import DataError

FETCHED_LATER = "; the full set (0 MB) is downloaded by the first run"


def first_shade(stage) -> int:
    return int(loaded(resolve(stage.dataset.sources)).read()[0, 0, 0, 0])


def test_each_place_is_preferred_to_the_next(stage, server, monkeypatch) -> None:
    monkeypatch.setenv("GANLIB_OFFLINE", "1")
    assert first_shade(stage) == 200
    assert server.requests == [] and stage.cache_files() == []
    monkeypatch.delenv("GANLIB_OFFLINE")
    assert first_shade(stage) == 100
    assert len(server.requests) == 1

    monkeypatch.setenv("GANLIB_TINY_URL", "http://127.0.0.1:9")
    assert first_shade(stage) == 100
    assert len(server.requests) == 1

    stage.put_own(5)
    monkeypatch.setenv("GANLIB_DATA", str(stage.folder))
    assert first_shade(stage) == 0
    assert len(server.requests) == 1


def test_reports_of_each_place(stage, server, monkeypatch) -> None:
    dataset = stage.dataset
    assert dataset.locate().sentence() == "Tiny, bundled sample: 3 of 12" + FETCHED_LATER
    assert dataset.locate().fetches and server.requests == []

    monkeypatch.setenv("GANLIB_OFFLINE", "1")
    assert not dataset.locate().fetches
    assert dataset.load().report.sentence() == "Tiny, bundled sample: 3 of 12"
    assert dataset.locate().sentence() == (
        "Tiny, bundled sample: 3 of 12; GANLIB_OFFLINE is set, so the full set is not downloaded"
    )

    monkeypatch.setenv("GANLIB_OFFLINE", "0")
    assert dataset.load().report.sentence() == "Tiny, downloaded copy: 12"
    assert dataset.locate().sentence() == "Tiny, downloaded copy: 12"
    assert dataset.locate().report == dataset.load().report

    monkeypatch.setenv("GANLIB_DATA", str(stage.folder))
    assert dataset.load().report.sentence() == "Tiny, downloaded copy: 12"
    stage.put_own(5)
    assert dataset.load().report.sentence() == "Tiny, your data folder: 5 of 12"
    assert dataset.locate().sentence() == "Tiny, your data folder: 5 of 12"
    stage.put_own(40)
    assert dataset.load().report.sentence() == "Tiny, your data folder: 40"


def test_a_broken_own_file_is_an_error_and_has_no_substitute(stage, server, monkeypatch) -> None:
    own = stage.put_own(5)
    own.write_bytes(own.read_bytes()[:100])
    monkeypatch.setenv("GANLIB_DATA", str(stage.folder))
    sentence = f"{own} is not a valid .npz file: File is not a zip file."
    with pytest.raises(DataError) as loaded:
        stage.dataset.load()
    with pytest.raises(DataError) as located:
        stage.dataset.locate()
    assert str(loaded.value) == str(located.value) == sentence
    assert server.requests == []


def test_a_damaged_cached_copy_is_fetched_again(stage, server) -> None:
    stage.cached.parent.mkdir()
    stage.cached.write_bytes(stage.body[:-1] + b"?")
    assert stage.dataset.locate().report.provenance == "bundled sample"
    assert first_shade(stage) == 100
    assert stage.cached.read_bytes() == stage.body
    assert stage.cache_files() == ["tiny.npz"]


def test_a_damaged_cached_copy_without_network(stage, server, monkeypatch) -> None:
    stage.cached.parent.mkdir()
    stage.cached.write_bytes(b"rubbish")
    monkeypatch.setenv("GANLIB_OFFLINE", "1")
    found = loaded(resolve(stage.dataset.sources))
    assert found.read()[0, 0, 0, 0] == 200
    assert found.provenance == (
        "the downloaded copy is damaged and GANLIB_OFFLINE is set; using the bundled sample"
    )
    assert server.requests == []


def test_damage_that_leaves_size_and_name_is_noticed_later_too(stage) -> None:
    assert first_shade(stage) == 100
    assert stage.remote.state() == "whole"
    stage.cached.write_bytes(stage.body[:-1] + b"?")
    assert stage.remote.state() == "damaged"


def test_without_a_bundled_sample_the_reason_is_the_error(stage, server, monkeypatch) -> None:
    sources = dataclasses.replace(stage.dataset.sources, bundled=None)
    server.behave = lambda request: request.send_error(503)
    host = server.url.split("/")[2]
    with pytest.raises(DataError) as failed:
        loaded(resolve(sources))
    assert str(failed.value) == (
        "tiny.npz is not on this machine and was not downloaded: "
        f"download failed: {host} answered 503 Service Unavailable."
    )
    monkeypatch.setenv("GANLIB_OFFLINE", "1")
    with pytest.raises(DataError, match=r"was not downloaded: GANLIB_OFFLINE is set\.$"):
        loaded(resolve(sources))


def test_a_dataset_that_is_nowhere_says_so(stage) -> None:
    sources = dataclasses.replace(stage.dataset.sources, remote=None, bundled=None)
    with pytest.raises(DataError) as caught:
        loaded(resolve(sources))
    assert (
        str(caught.value)
        == "tiny.npz is not in the folder that GANLIB_DATA names, and cannot be downloaded."
    )


def test_a_dataset_without_a_download_requests_nothing(stage, server) -> None:
    sources = dataclasses.replace(stage.dataset.sources, remote=None, remote_format=None)
    found = loaded(resolve(sources))
    assert (found.read()[0, 0, 0, 0], found.provenance) == (200, "bundled sample")
    assert server.requests == []
