"""Downloads from a real server that serves well, badly, or not at all.

After each failure: one clause that says why, the bundled sample, and a cache
in which nothing partial stands.
"""

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


def test_the_address_is_the_variables_or_the_published_one(stage, monkeypatch) -> None:
    monkeypatch.delenv("GANLIB_TINY_URL")
    assert stage.remote.url == "http://127.0.0.1:9/tiny.npz"
    monkeypatch.setenv("GANLIB_TINY_URL", "http://mirror/")
    assert stage.remote.url == "http://mirror/tiny.npz"


@pytest.mark.parametrize("ranges", [True, False])
def test_a_stopped_download_reports_progress_and_continues_later(
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


def test_a_wrong_checksum_fails_and_the_next_download_starts_over(stage, server) -> None:
    server.body = stage.body[:-1] + b"?"
    fails_with(stage, "the downloaded file does not have the published checksum")
    server.body = stage.body
    loaded(stage.remote.fetch())
    assert stage.cached.read_bytes() == stage.body


@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_of_another_size_is_not_fetched(stage, server, ranges: bool) -> None:
    server.ranges = ranges
    for body in (stage.body + b"?", stage.body[:100]):
        server.body = body
        fails_with(stage, f"the file has {len(body):,} bytes, expected {len(stage.body):,}")


def test_not_found_is_not_retried(stage, server, host) -> None:
    server.behave = lambda request: request.send_error(404)
    fails_with(stage, f"{host} answered 404 Not Found")
    assert len(server.requests) == 2


def test_a_server_error_is_retried(stage, server) -> None:
    server.fail = {1: lambda request: request.send_error(503)}
    loaded(stage.remote.fetch())
    assert stage.cached.read_bytes() == stage.body and len(server.requests) == 2


def test_connection_cut_in_the_middle_again_and_again(stage, server, host) -> None:
    server.behave = server.cut
    fails_with(stage, f"the connection to {host} broke off")


@pytest.mark.parametrize("behaviour", ["hang", "stall"])
def test_a_server_that_falls_silent(stage, server, host, impatient, behaviour: str) -> None:
    server.behave = getattr(server, behaviour)
    with pytest.raises(DownloadError, match=f"no answer from {host}|connection to {host} broke"):
        loaded(stage.remote.fetch())
    assert stage.cache_files() == []


def test_a_name_look_up_that_hangs_times_out(stage, server, monkeypatch, impatient) -> None:
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


def test_a_port_without_a_server(stage, monkeypatch) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unheard.getsockname()[1]}"
        monkeypatch.setenv("GANLIB_TINY_URL", f"http://{address}")
        fails_with(stage, f"{address} could not be reached")


def test_an_unknown_host_is_looked_up_once(stage, monkeypatch) -> None:
    monkeypatch.setenv("GANLIB_TINY_URL", "http://no-such-host.invalid")
    told = []
    with pytest.raises(DownloadError, match=r"no-such-host\.invalid could not be reached"):
        for phase in stage.remote.fetch():
            told.append(phase.text)
    assert not [text for text in told if text.endswith("; trying again")]


@pytest.mark.parametrize("address", ["storage", "http://", "ftp://127.0.0.1", "http://[::1"])
def test_an_invalid_address(stage, monkeypatch, address: str) -> None:
    monkeypatch.setenv("GANLIB_TINY_URL", address)
    with pytest.raises(DownloadError, match="is not an address that can be downloaded from"):
        loaded(stage.remote.fetch())
    assert loaded(resolve(stage.dataset.sources)).provenance.endswith("; using the bundled sample")


def test_a_password_in_the_address_is_not_shown(stage, server, monkeypatch, host) -> None:
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


def test_two_runs_at_once_download_once(stage, server) -> None:
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
