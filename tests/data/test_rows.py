"""The first rows of a published file, from a real server that is kind, odd or broken."""

import hashlib
import io
import json
import re
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganlib.data import partial, range_response
from ganlib.data.base import loaded
from ganlib.data.categories import category
from ganlib.data.quickdraw import QuickDraw
from ganlib.data.rows import PublishedRows
from ganlib.errors import DataError, DownloadError
from ganlib.events import Phase

WIDTH, ROWS = 784, 1_000


def npy(array: np.ndarray, header: int) -> bytes:
    """A .npy file with a header of so many bytes."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream,
        {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape},
    )
    described = stream.getvalue()[10:].rstrip()
    text = described.ljust(header - 11) + b"\n"
    return b"\x93NUMPY\x01\x00" + (header - 10).to_bytes(2, "little") + text + array.tobytes()


CONTENT = np.random.default_rng(0).integers(0, 256, (ROWS, WIDTH), dtype=np.uint8)


@pytest.fixture
def published(server, tmp_path: Path) -> PublishedRows:
    server.body = npy(CONTENT, 80)
    return PublishedRows(
        name="apple",
        url=f"{server.url}/apple.npy",
        path=tmp_path / "cache" / "apple.npy-rows",
        width=WIDTH,
        rows=ROWS,
        md5=hashlib.md5(server.body).hexdigest(),
    )


def asked_ranges(server) -> list[tuple[int, int]]:
    pairs = [re.fullmatch(r"bytes=(\d+)-(\d+)", said) for said in server.ranges_asked]
    return [(int(pair[1]), int(pair[2])) for pair in pairs if pair]


def failure(published: PublishedRows, wanted: int = 100) -> str:
    with pytest.raises(DownloadError) as caught:
        loaded(published.fetch(wanted))
    sentence = str(caught.value)
    assert sentence.startswith("The download of apple failed: ") and sentence.endswith(".")
    return caught.value.reason


def test_only_the_header_and_the_rows_are_asked_for(published: PublishedRows, server) -> None:
    phases = list(published.fetch(100))
    assert asked_ranges(server) == [(0, 80 + 784 * 100 - 1)]
    assert server.sent == 80 + 784 * 100
    assert published.count() == 100
    np.testing.assert_array_equal(published.read(100), CONTENT[:100])
    np.testing.assert_array_equal(published.read(7), CONTENT[:7])
    assert isinstance(phases[0], Phase) and phases[0].text.startswith("downloading apple: ")


def test_a_newer_header_costs_the_bytes_it_is_longer(published: PublishedRows, server) -> None:
    server.body = npy(CONTENT, 128)
    loaded(published.fetch(100))
    assert asked_ranges(server) == [
        (0, 80 + 784 * 100 - 1),
        (80 + 784 * 100, 128 + 784 * 100 - 1),
    ]
    assert server.sent == 128 + 784 * 100
    np.testing.assert_array_equal(published.read(100), CONTENT[:100])


def test_more_rows_later_fetch_only_what_is_missing(published: PublishedRows, server) -> None:
    loaded(published.fetch(100))
    loaded(published.fetch(50))
    assert len(server.requests) == 1
    loaded(published.fetch(130))
    assert asked_ranges(server)[1] == (80 + 784 * 100, 80 + 784 * 130 - 1)
    np.testing.assert_array_equal(published.read(130), CONTENT[:130])


def test_a_server_without_ranges_is_read_to_the_last_wanted_byte(
    published: PublishedRows, server
) -> None:
    server.ranges = False
    loaded(published.fetch(100))
    np.testing.assert_array_equal(published.read(100), CONTENT[:100])
    loaded(published.fetch(300))
    np.testing.assert_array_equal(published.read(300), CONTENT[:300])
    assert published.count() == 300


def test_a_connection_that_is_cut_is_taken_up_where_it_broke(
    published: PublishedRows, server
) -> None:
    server.fail = {1: server.cut}
    phases = list(published.fetch(100))
    (first, second) = asked_ranges(server)
    assert first == (0, 80 + 784 * 100 - 1)
    assert 0 < second[0] <= 40_000 and second[1] == first[1]
    np.testing.assert_array_equal(published.read(100), CONTENT[:100])
    assert any(phase.text.endswith("trying again") for phase in phases)


def test_a_server_that_keeps_breaking_off_leaves_what_has_come(
    published: PublishedRows, server
) -> None:
    server.behave = server.cut
    assert "127.0.0.1" in failure(published)
    assert len(server.requests) == 3
    kept = published.count()
    assert kept < 100
    np.testing.assert_array_equal(published.read(100), CONTENT[:kept])
    server.behave = None
    loaded(published.fetch(100))
    np.testing.assert_array_equal(published.read(100), CONTENT[:100])


BROKEN = {
    "wrong size": (npy(CONTENT, 80) + b"more", "the file has 784,084 bytes, expected"),
    "wrong magic": (
        b"PK" + npy(CONTENT, 80)[2:],
        "the downloaded file is not a .npy file of drawings",
    ),
    "other rows": (
        npy(CONTENT.reshape(2 * ROWS, WIDTH // 2), 80),
        "the file has the shape (2000, 392), expected (1000, 784)",
    ),
    "absurd header": (
        npy(CONTENT, 80).replace(b"(1000, 784), }     ", b"(9999999999,784), }"),
        "the file has the shape (9999999999, 784), expected (1000, 784)",
    ),
    "other numbers": (
        npy(CONTENT.view(np.int8), 80),
        "the downloaded file is not a .npy file of drawings",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_is_not_what_was_published_leaves_nothing(
    published: PublishedRows, server, kind: str
) -> None:
    server.body, words = BROKEN[kind]
    assert words in failure(published)
    assert published.count() == 0 and len(published.read(9)) == 0


def test_a_whole_file_is_compared_with_its_checksum(published: PublishedRows, server) -> None:
    loaded(published.fetch(ROWS + 5))
    assert published.count() == ROWS
    server.body = server.body[:-1] + b"\x00"
    other = replace(published, path=published.path.with_name("other.npy-rows"))
    assert "does not have the published checksum" in failure(other, ROWS)
    assert other.count() == 0


def test_a_download_that_is_given_up_goes_on_from_there(
    published: PublishedRows, server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partial, "PROGRESS_EVERY_S", 0.0)
    monkeypatch.setattr(range_response, "_CHUNK_BYTES", 10_000)
    fetching = published.fetch(ROWS)
    for _ in range(4):
        next(fetching)
    fetching.close()
    kept = published.count()
    assert 0 < kept < ROWS
    np.testing.assert_array_equal(published.read(ROWS), CONTENT[:kept])
    loaded(published.fetch(ROWS))
    assert asked_ranges(server)[1][0] >= 80 + 784 * kept
    np.testing.assert_array_equal(published.read(ROWS), CONTENT)


@pytest.mark.parametrize("damage", ["flip", "cut", "record", "no record"])
def test_damage_to_the_cache_is_noticed_and_mended(
    published: PublishedRows, server, damage: str
) -> None:
    loaded(published.fetch(100))
    record = published.path.with_suffix(".json")
    content = bytearray(published.path.read_bytes())
    if damage == "flip":
        content[5_000] ^= 1
        published.path.write_bytes(content)
    elif damage == "cut":
        published.path.write_bytes(content[:-9])
    elif damage == "record":
        record.write_text(json.dumps({"bytes": 99_999_999, "crc32": 1}))
    else:
        record.unlink()
    assert published.count() == 0
    loaded(published.fetch(100))
    np.testing.assert_array_equal(published.read(100), CONTENT[:100])


DISK = """
import resource, sys
from pathlib import Path
from ganlib.data.base import loaded
from ganlib.data.rows import PublishedRows
from ganlib.errors import DownloadError
published = PublishedRows("apple", sys.argv[1], Path(sys.argv[2]), 784, 1000, "")
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    loaded(published.fetch(500))
except DownloadError as error:
    print(error)
"""


def test_a_file_that_may_not_grow_leaves_the_cache_as_it_was(
    published: PublishedRows, server
) -> None:
    # The kernel refuses the write, as it does on a full disk.
    loaded(published.fetch(20))
    arguments = [sys.executable, "-c", DISK, published.url, str(published.path)]
    said = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=True)
    assert re.fullmatch(
        r"The download of apple failed: .*cache cannot be written \(File too large\)\.\n",
        said.stdout,
    ), said
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert published.count() == 20
    np.testing.assert_array_equal(published.read(100), CONTENT[:20])


def test_a_category_with_spaces_is_fetched_and_learned(
    server, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "The Eiffel Tower"
    total = category(name).published
    monkeypatch.setenv("GANLIB_QUICKDRAW_URL", server.url)
    head = npy(CONTENT[:1], 80).replace(b"(1, 784), }", f"({total}, 784), }}".encode())
    server.body = (head[:79] if len(head) > 864 else head)[:80].ljust(79) + b"\n"
    server.body = server.body[:79] + b"\n" + CONTENT.tobytes()
    server.body = server.body.ljust(80 + 784 * total, b"\0")
    data = QuickDraw(categories=(name,), max_drawings=500)
    assert data.locate().sentence().endswith("500 drawings (0 MB) are downloaded by the first run")
    samples = loaded(data.loading())
    assert server.requests[0] == "/mirror/The%20Eiffel%20Tower.npy"
    assert server.sent == 80 + 784 * 500
    assert samples.report.sentence() == (f"Quick, Draw! {name}, downloaded copy: 500 of {total:,}")
    assert data.locate().report == samples.report
    drawn = samples.take(0, 40).astype(np.uint8).reshape(40, 784)
    known = {row.tobytes() for row in CONTENT[:500]}
    assert all(row.tobytes() in known for row in drawn)


def test_a_failed_download_falls_back_to_the_bundled_sample_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GANLIB_QUICKDRAW_URL", "http://127.0.0.1:9")
    samples = loaded(QuickDraw().loading())
    assert samples.report.sentence() == (
        "Quick, Draw! apple, download failed: 127.0.0.1:9 could not be reached; using the "
        "bundled sample of 100 drawings, augmented: 2,000"
    )
    with pytest.raises(DataError, match=r"^The download of zebra failed: 127\.0\.0\.1:9 could"):
        loaded(QuickDraw(categories=("zebra",)).loading())
