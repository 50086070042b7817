"""Downloads from a real server that serves well, badly, or not at all.

After each failure: one clause that says why, the bundled sample, and a cache
in which nothing partial stands.
"""

import builtins
import dataclasses
import errno
import socket
import threading

import pytest

from ganlib.data import transfer
from ganlib.data.resolve import resolve
from ganlib.errors import DownloadError


@pytest.fixture
def impatient(monkeypatch):
    """Gives up after a fraction of a second where a user's run takes seconds."""
    monkeypatch.setattr(transfer, "ANSWER_WITHIN_S", 0.3)
    monkeypatch.setattr(transfer, "STALL_S", 0.3)


@pytest.fixture
def host(server) -> str:
    return server.url.split("/")[2]


def fails_with(stage, reason: str) -> None:
    """Both the download itself and the run that wanted it; nothing is left behind."""
    with pytest.raises(DownloadError) as failed:
        stage.remote.fetch()
    assert str(failed.value) == f"The download of tiny.npz failed: {reason}."
    report = stage.dataset.load().report
    assert report.sentence() == (
        f"Tiny, download failed: {reason}; using the bundled sample: 3 of 12"
    )
    assert stage.settled_cache_files() == []


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
    assert spaced.fetch() == stage.cached.parent / "drawings" / "ice cream.npz"
    assert server.requests == ["/mirror/drawings/ice%20cream.npz"]
    assert spaced.state() == "whole"


def test_without_the_variable_the_published_address_is_asked(stage, monkeypatch) -> None:
    monkeypatch.delenv("GANLIB_TINY_URL")
    assert stage.remote.url == "http://127.0.0.1:9/tiny.npz"


def test_another_checksum(stage, server, host) -> None:
    server.body = stage.body[:-1] + b"?"
    fails_with(stage, f"what {host} sent has not the checksum of tiny.npz")


def test_more_than_expected_is_not_written_to_the_disk(stage, server, host) -> None:
    server.body = stage.body + b"?"
    size = f"{len(stage.body):,}"
    fails_with(stage, f"{host} sent more than the {size} bytes expected")


def test_a_shorter_file(stage, server, host) -> None:
    server.body = stage.body[:100]
    size = f"{len(stage.body):,}"
    fails_with(stage, f"{host} sent only 100 of the {size} bytes expected")


def test_not_found(stage, server, host) -> None:
    server.behave = lambda request: request.send_error(404)
    fails_with(stage, f"{host} answered 404 Not Found")


def test_connection_cut_in_the_middle(stage, server, host) -> None:
    server.behave = server.cut
    fails_with(stage, f"the connection to {host} broke off")


def test_silence_in_the_middle(stage, server, host, impatient) -> None:
    server.behave = server.stall
    fails_with(stage, f"the connection to {host} broke off")


def test_a_server_that_never_answers(stage, server, host, impatient) -> None:
    server.behave = server.hang
    fails_with(stage, f"no answer from {host} within 0.3 s")


def test_a_server_that_answers_too_late_changes_nothing(stage, server, monkeypatch) -> None:
    """The request goes on in its thread after the run has gone on without it."""
    monkeypatch.setattr(transfer, "ANSWER_WITHIN_S", 0.3)
    begun = threading.Event()

    def late(request) -> None:
        begun.set()
        server.released.wait(30)
        server.behave = None
        server.answer(request)

    server.behave = late
    # requests' own timeout would end the request first; only the caller gives up here.
    original = transfer.requests.get
    monkeypatch.setattr(
        transfer.requests, "get", lambda url, **options: original(url, **options | {"timeout": 30})
    )
    with pytest.raises(DownloadError, match="no answer from"):
        stage.remote.fetch()
    assert begun.is_set()
    server.released.set()
    assert stage.settled_cache_files() == []


def test_a_name_look_up_that_hangs_holds_nobody_up(stage, server, monkeypatch, impatient) -> None:
    """No timeout of requests covers it, and a resolver may take half a minute."""
    looked_up = threading.Event()

    def resolver(*_address, **_options):
        looked_up.set()
        server.released.wait(30)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with pytest.raises(DownloadError, match=r"no answer from 127\.0\.0\.1:\d+ within 0\.3 s"):
        stage.remote.fetch()
    # Not by having waited for it: the look-up is still going on.
    assert looked_up.is_set()
    assert not server.released.is_set()
    server.released.set()
    assert stage.settled_cache_files() == []


def test_an_endless_trickle_is_given_up(stage, server, host, monkeypatch) -> None:
    monkeypatch.setattr(transfer, "WHOLE_S", 0.3)

    def trickle(request) -> None:
        request.send_response(200)
        request.end_headers()
        for byte in stage.body:
            if server.released.wait(0.05):
                return
            request.wfile.write(bytes([byte]))
            request.wfile.flush()

    server.behave = trickle
    monkeypatch.setattr(transfer, "_CHUNK_BYTES", 1)
    with pytest.raises(DownloadError, match=f"{host} was not done after 0.3 s"):
        stage.remote.fetch()
    assert stage.settled_cache_files() == []


def test_nobody_there(stage, monkeypatch) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unheard.getsockname()[1]}"
        monkeypatch.setenv("GANLIB_TINY_URL", f"http://{address}")
        fails_with(stage, f"{address} could not be reached")


@pytest.mark.parametrize("address", ["storage", "http://", "ftp://127.0.0.1", "http://[::1"])
def test_an_address_that_makes_no_sense(stage, monkeypatch, address: str) -> None:
    monkeypatch.setenv("GANLIB_TINY_URL", address)
    with pytest.raises(DownloadError, match="is not an address that can be fetched"):
        stage.remote.fetch()
    assert resolve(stage.dataset.places).provenance.endswith("; using the bundled sample")


def test_a_password_in_the_address_is_not_told(stage, server, monkeypatch, host) -> None:
    monkeypatch.setenv("GANLIB_TINY_URL", server.url.replace("http://", "http://me:secret@"))
    server.behave = lambda request: request.send_error(403)
    fails_with(stage, f"{host} answered 403 Forbidden")


def test_a_cache_that_cannot_be_written(stage, tmp_path, monkeypatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("GANLIB_CACHE", str(blocked))
    fails_with(stage, f"{blocked} cannot be written (Not a directory)")
    assert blocked.read_text() == "in the way"


def test_a_full_disk(stage, monkeypatch) -> None:
    original = builtins.open

    def full(file, mode="r", *rest, **options):
        if "w" in mode:
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(file, mode, *rest, **options)

    monkeypatch.setattr(transfer, "open", full, raising=False)
    fails_with(stage, f"{stage.cached.parent} cannot be written (No space left on device)")


def test_a_failed_download_leaves_the_cached_copy_of_another_file(stage, server) -> None:
    stage.dataset.load()
    neighbour = stage.cached.with_name("other.npz")
    neighbour.write_bytes(b"other")
    stage.cached.write_bytes(b"rubbish")
    server.behave = server.cut
    with pytest.raises(DownloadError):
        stage.remote.fetch()
    assert stage.settled_cache_files() == ["other.npz", "tiny.npz"]
    assert neighbour.read_bytes() == b"other"


def test_offline_asks_nobody(stage, server, monkeypatch) -> None:
    monkeypatch.setenv("GANLIB_OFFLINE", "1")
    assert stage.dataset.load().report.provenance == "bundled sample"
    assert server.requests == []
    assert stage.cache_files() == []


def test_two_runs_at_once_both_get_it(stage, server) -> None:
    meeting = threading.Barrier(2, timeout=10)

    def together(request) -> None:
        meeting.wait()
        request.send_response(200)
        request.end_headers()
        request.wfile.write(stage.body)

    server.behave = together
    shades: list[int] = []

    def run() -> None:
        shades.append(int(resolve(stage.dataset.places).samples[0, 0, 0, 0]))

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert shades == [100, 100]
    assert stage.cache_files() == ["tiny.npz"]
