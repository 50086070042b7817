"""The first drawings of a published file, downloaded from a real server, working or broken."""

import hashlib
import io
import json
import re
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ganlib.data.base import loaded
from ganlib.data.categories import Category, category
from ganlib.data.download import cache_folder
from ganlib.data.quickdraw import QuickDraw
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
IMAGES = CONTENT.reshape(ROWS, 28, 28)


@pytest.fixture
def published(server, monkeypatch: pytest.MonkeyPatch) -> Category:
    server.body = npy(CONTENT, 80)
    monkeypatch.setenv("GANLIB_QUICKDRAW_URL", server.url)
    return Category("apple", ROWS, hashlib.md5(server.body).hexdigest())


def asked_ranges(server) -> list[tuple[int, int]]:
    pairs = [re.fullmatch(r"bytes=(\d+)-(\d+)", said) for said in server.ranges_asked]
    return [(int(pair[1]), int(pair[2])) for pair in pairs if pair]


def failure(published: Category, wanted: int = 100) -> str:
    with pytest.raises(DownloadError) as caught:
        loaded(published.fetch(wanted))
    sentence = str(caught.value)
    assert sentence.startswith("The download of apple failed: ") and sentence.endswith(".")
    return caught.value.reason


def test_only_the_header_and_the_rows_are_requested(published: Category, server) -> None:
    phases = list(published.fetch(100))
    assert asked_ranges(server) == [(0, 80 + 784 * 100 - 1)]
    assert server.sent == 80 + 784 * 100
    assert published.downloaded() == 100
    np.testing.assert_array_equal(published.read_downloaded(100), IMAGES[:100])
    np.testing.assert_array_equal(published.read_downloaded(7), IMAGES[:7])
    assert isinstance(phases[0], Phase) and phases[0].text.startswith("downloading apple: ")


def test_a_longer_header_is_requested_separately(published: Category, server) -> None:
    server.body = npy(CONTENT, 128)
    loaded(published.fetch(100))
    assert asked_ranges(server) == [
        (0, 80 + 784 * 100 - 1),
        (80 + 784 * 100, 128 + 784 * 100 - 1),
    ]
    assert server.sent == 128 + 784 * 100
    np.testing.assert_array_equal(published.read_downloaded(100), IMAGES[:100])


def test_more_rows_later_fetch_only_what_is_missing(published: Category, server) -> None:
    loaded(published.fetch(100))
    loaded(published.fetch(50))
    assert len(server.requests) == 1
    loaded(published.fetch(130))
    assert asked_ranges(server)[1] == (80 + 784 * 100, 80 + 784 * 130 - 1)
    np.testing.assert_array_equal(published.read_downloaded(130), IMAGES[:130])


def test_a_server_without_ranges_is_read_to_the_last_wanted_byte(
    published: Category, server
) -> None:
    server.ranges = False
    loaded(published.fetch(100))
    np.testing.assert_array_equal(published.read_downloaded(100), IMAGES[:100])
    loaded(published.fetch(300))
    np.testing.assert_array_equal(published.read_downloaded(300), IMAGES[:300])
    assert published.downloaded() == 300


def test_a_cut_connection_is_continued_where_it_broke(published: Category, server) -> None:
    server.fail = {1: server.cut}
    phases = list(published.fetch(100))
    (first, second) = asked_ranges(server)
    assert first == (0, 80 + 784 * 100 - 1)
    assert 0 < second[0] <= 40_000 and second[1] == first[1]
    np.testing.assert_array_equal(published.read_downloaded(100), IMAGES[:100])
    assert any(phase.text.endswith("trying again") for phase in phases)


def test_rows_received_before_a_failure_are_kept(published: Category, server) -> None:
    server.behave = server.cut
    assert "127.0.0.1" in failure(published)
    assert len(server.requests) == 3
    kept = published.downloaded()
    assert kept < 100
    np.testing.assert_array_equal(published.read_downloaded(100), IMAGES[:kept])
    server.behave = None
    loaded(published.fetch(100))
    np.testing.assert_array_equal(published.read_downloaded(100), IMAGES[:100])


BROKEN = {
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
}


@pytest.mark.parametrize("kind", BROKEN)
def test_an_unexpected_file_leaves_no_rows(published: Category, server, kind: str) -> None:
    server.body, words = BROKEN[kind]
    assert words in failure(published)
    assert published.downloaded() == 0 and len(published.read_downloaded(9)) == 0


def test_a_whole_file_is_compared_with_its_checksum(
    published: Category, server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loaded(published.fetch(ROWS + 5))
    assert published.downloaded() == ROWS
    server.body = server.body[:-1] + b"\x00"
    monkeypatch.setenv("GANLIB_CACHE", str(tmp_path / "other cache"))
    assert "does not have the published checksum" in failure(published, ROWS)
    assert published.downloaded() == 0


@pytest.mark.parametrize("damage", ["flip", "cut", "record", "no record"])
def test_damaged_rows_on_disk_are_downloaded_again(
    published: Category, server, damage: str
) -> None:
    loaded(published.fetch(100))
    path = cache_folder() / "quickdraw" / "apple.npy-rows"
    record, content = path.with_suffix(".json"), bytearray(path.read_bytes())
    if damage == "flip":
        content[5_000] ^= 1
        path.write_bytes(content)
    elif damage == "cut":
        path.write_bytes(content[:-9])
    elif damage == "record":
        record.write_text(json.dumps({"bytes": 99_999_999, "crc32": 1}))
    else:
        record.unlink()
    assert published.downloaded() == 0
    loaded(published.fetch(100))
    np.testing.assert_array_equal(published.read_downloaded(100), IMAGES[:100])


DISK = """
import resource
from ganlib.data.base import loaded
from ganlib.data.categories import Category
from ganlib.errors import DownloadError
published = Category("apple", 1000, "")
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    loaded(published.fetch(500))
except DownloadError as error:
    print(error)
"""


def test_a_full_disk_leaves_the_rows_as_they_were(published: Category, server) -> None:
    # The kernel refuses the write, as it does on a full disk.
    loaded(published.fetch(20))
    arguments = [sys.executable, "-c", DISK]
    said = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=True)
    assert re.fullmatch(
        r"The download of apple failed: .*quickdraw cannot be written \(File too large\)\.\n",
        said.stdout,
    ), said
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert published.downloaded() == 20
    np.testing.assert_array_equal(published.read_downloaded(100), IMAGES[:20])


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
    more = QuickDraw(categories=(name,), max_drawings=800).locate().sentence()
    assert more.endswith("300 drawings (0 MB) are downloaded by the first run")
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
