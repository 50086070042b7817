"""Downloads from a real server that serves well, badly, or not at all.

After each failure: one clause that says why, the bundled sample, and a cache
in which nothing partial stands.
"""

import dataclasses
import socket
import threading

import pytest

from ganlib.data import partial, range_response
from ganlib.data.base import loaded
from ganlib.data.partial import Partial
from ganlib.data.resolve import resolve
from ganlib.errors import DownloadError


@pytest.fixture
def impatient(monkeypatch):
    """Gives up after a fraction of a second where a user's run takes seconds."""
    monkeypatch.setattr(range_response, "ANSWER_WITHIN_S", 0.3)
    monkeypatch.setattr(range_response, "STALL_S", 0.3)


@pytest.fixture
def host(server) -> str:
    return server.url.split("/")[2]


def fails_with(stage, reason: str) -> None:
    """Both the download itself and the run that wanted it; nothing stands in the cache."""
    with pytest.raises(DownloadError) as failed:
        loaded(stage.remote.fetch())
    assert str(failed.value) == f"The download of tiny.npz failed: {reason}."
    report = stage.dataset.load().report
    assert report.sentence() == (
        f"Tiny, download failed: {reason}; using the bundled sample: 3 of 12"
    )
    assert stage.cache_files() == []
    assert stage.remote.state() == "absent"


def test_fetched_once_then_read_from_the_cache_with_the_server_gone(
    stage, server, monkeypatch
) -> None:
    data = stage.dataset.load()
    assert data.report.sentence() == "Tiny, downloaded copy: 12"
    assert data.sample_shape == (4, 4, 1)
    assert server.requests == ["/mirror/tiny.npz"]
    assert stage.cache_files() == ["tiny.npz"]
    assert stage.cached.read_bytes() == stage.body

    monkeypatch.setenv("GANLIB_TINY_URL", "http://127.0.0.1:9")
    again = stage.dataset.load()
    assert again.report == data.report
    assert (again.take(0, 50) == data.take(0, 50)).all()


def test_a_space_in_the_name_and_a_slash_after_the_address(stage, server, monkeypatch) -> None:
    monkeypatch.setenv("GANLIB_TINY_URL", server.url + "/")
    spaced = dataclasses.replace(stage.remote, name="drawings/ice cream.npz")
    loaded(spaced.fetch())
    assert spaced.path == stage.cached.parent / "drawings" / "ice cream.npz"
    assert server.requests == ["/mirror/drawings/ice%20cream.npz"]
    assert spaced.state() == "whole"


def test_without_the_variable_the_published_address_is_asked(stage, monkeypatch) -> None:
    monkeypatch.delenv("GANLIB_TINY_URL")
    assert stage.remote.url == "http://127.0.0.1:9/tiny.npz"


@pytest.mark.parametrize("ranges", [True, False])
def test_progress_is_told_and_may_be_stopped_and_goes_on_where_it_was(
    stage, server, monkeypatch, ranges: bool
) -> None:
    server.ranges = ranges
    monkeypatch.setattr(partial, "PROGRESS_EVERY_S", 0)
    monkeypatch.setattr(range_response, "_CHUNK_BYTES", 100)
    downloading = stage.remote.fetch()
    shares = [next(downloading).share for _ in range(3)]
    size = len(stage.body)
    assert shares == sorted(shares) and 0 < shares[-1] < 1
    downloading.close()
    assert stage.cache_files() == []

    part = Partial("tiny.npz", stage.remote.url, stage.cached.with_name("tiny.npz.part"), (size,))
    kept = part.valid_bytes()
    assert 0 < kept < size
    loaded(stage.remote.fetch())
    assert server.ranges_asked[-1] == f"bytes={kept}-{size - 1}"
    assert stage.cached.read_bytes() == stage.body
    assert not part.path.exists()


def test_another_checksum(stage, server, host) -> None:
    server.body = stage.body[:-1] + b"?"
    fails_with(stage, "the downloaded file does not have the published checksum")


def test_what_was_kept_of_another_file_does_not_stay_in_the_way(stage, server) -> None:
    server.body = stage.body[:-1] + b"?"
    with pytest.raises(DownloadError):
        loaded(stage.remote.fetch())
    server.body = stage.body
    loaded(stage.remote.fetch())
    assert stage.cached.read_bytes() == stage.body


@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_of_another_size_is_not_fetched(stage, server, ranges: bool) -> None:
    server.ranges = ranges
    for body in (stage.body + b"?", stage.body[:100]):
        server.body = body
        fails_with(stage, f"the file has {len(body):,} bytes, expected {len(stage.body):,}")


def test_not_found_is_not_asked_again(stage, server, host) -> None:
    server.behave = lambda request: request.send_error(404)
    fails_with(stage, f"{host} answered 404 Not Found")
    assert len(server.requests) == 2


def test_a_server_in_trouble_is_asked_again(stage, server) -> None:
    server.fail = {1: lambda request: request.send_error(503)}
    loaded(stage.remote.fetch())
    assert stage.cached.read_bytes() == stage.body and len(server.requests) == 2


def test_connection_cut_in_the_middle_again_and_again(stage, server, host) -> None:
    server.behave = server.cut
    fails_with(stage, f"the connection to {host} broke off")


def test_connection_cut_once_goes_on_where_it_was(stage, server, monkeypatch) -> None:
    monkeypatch.setattr(range_response, "_CHUNK_BYTES", 1)

    def once(request) -> None:
        server.behave = None
        server.cut(request)

    server.behave = once
    loaded(stage.remote.fetch())
    assert stage.cached.read_bytes() == stage.body
    assert server.ranges_asked[-1].startswith(f"bytes={len(stage.body) // 2}-")


def test_silence_in_the_middle(stage, server, host, impatient) -> None:
    server.behave = server.stall
    with pytest.raises(DownloadError, match=f"no answer from {host}|connection to {host} broke"):
        loaded(stage.remote.fetch())
    assert stage.cache_files() == []


def test_a_server_that_never_answers(stage, server, host, impatient) -> None:
    server.behave = server.hang
    with pytest.raises(DownloadError, match=f"no answer from {host}"):
        loaded(stage.remote.fetch())
    assert stage.cache_files() == []


def test_a_name_look_up_that_hangs_holds_nobody_up(stage, server, monkeypatch, impatient) -> None:
    """No timeout of requests covers it, and a resolver may take half a minute."""
    looked_up = threading.Event()

    def resolver(*_address, **_options):
        looked_up.set()
        server.released.wait(30)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with pytest.raises(DownloadError, match=r"no answer from 127\.0\.0\.1:\d+ within 0\.3 s"):
        loaded(stage.remote.fetch())
    # Not by having waited for it: the look-up is still going on.
    assert looked_up.is_set()
    assert not server.released.is_set()


def test_nobody_there(stage, monkeypatch) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unheard.getsockname()[1]}"
        monkeypatch.setenv("GANLIB_TINY_URL", f"http://{address}")
        fails_with(stage, f"{address} could not be reached")


def test_a_name_that_nobody_knows_is_looked_up_once(stage, monkeypatch) -> None:
    monkeypatch.setenv("GANLIB_TINY_URL", "http://no-such-host.invalid")
    told = []
    with pytest.raises(DownloadError, match=r"no-such-host\.invalid could not be reached"):
        for phase in stage.remote.fetch():
            told.append(phase.text)
    assert not [text for text in told if text.endswith("; trying again")]


@pytest.mark.parametrize("address", ["storage", "http://", "ftp://127.0.0.1", "http://[::1"])
def test_an_address_that_makes_no_sense(stage, monkeypatch, address: str) -> None:
    monkeypatch.setenv("GANLIB_TINY_URL", address)
    with pytest.raises(DownloadError, match="is not an address that can be downloaded from"):
        loaded(stage.remote.fetch())
    assert loaded(resolve(stage.dataset.sources)).provenance.endswith("; using the bundled sample")


def test_a_password_in_the_address_is_not_told(stage, server, monkeypatch, host) -> None:
    monkeypatch.setenv("GANLIB_TINY_URL", server.url.replace("http://", "http://me:secret@"))
    server.behave = lambda request: request.send_error(403)
    fails_with(stage, f"{host} answered 403 Forbidden")


def test_a_cache_that_cannot_be_written(stage, tmp_path, monkeypatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("GANLIB_CACHE", str(blocked))
    fails_with(stage, f"{blocked} cannot be written (File exists)")
    assert blocked.read_text() == "in the way"


def test_a_failed_download_leaves_the_cached_copies_as_they_were(stage, server) -> None:
    stage.dataset.load()
    neighbour = stage.cached.with_name("other.npz")
    neighbour.write_bytes(b"other")
    stage.cached.write_bytes(b"rubbish")
    server.behave = server.cut
    with pytest.raises(DownloadError):
        loaded(stage.remote.fetch())
    assert neighbour.read_bytes() == b"other"
    assert stage.cached.read_bytes() == b"rubbish"
    assert stage.remote.state() == "damaged"


def test_offline_asks_nobody(stage, server, monkeypatch) -> None:
    monkeypatch.setenv("GANLIB_OFFLINE", "1")
    assert stage.dataset.load().report.provenance == "bundled sample"
    assert server.requests == []
    assert stage.cache_files() == []


def test_two_runs_at_once_both_get_it_and_ask_once(stage, server) -> None:
    shades: list[int] = []

    def run() -> None:
        found = loaded(resolve(stage.dataset.sources))
        shades.append(int(found.read()[0, 0, 0, 0]))

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert shades == [100, 100]
    assert stage.cache_files() == ["tiny.npz"]
    assert len(server.requests) == 1
