"""A machine of its own for each test: no home folder, no network but a server in a thread."""

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest

from ganlib.data import partial
from ganlib.data.dataset import ImageDataset
from ganlib.data.download import RemoteFile
from ganlib.data.image_files import NpzImages
from ganlib.data.resolve import Sources
from tests.support.file_server import serving


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("GANLIB_DATA", "GANLIB_OFFLINE", "HTTP_PROXY", "http_proxy", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("GANLIB_CACHE", str(tmp_path / "cache"))
    # Nobody listens there, so a test that forgets its server fails and fetches nothing.
    for variable in ("GANLIB_MNIST_URL", "GANLIB_FASHION_MNIST_URL", "GANLIB_QUICKDRAW_URL"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    # Attempts follow each other at once.
    monkeypatch.setattr(partial, "_PAUSES_S", (0.01, 0.02))


@dataclass
class Server:
    """Serves one file; a test chooses how badly.

    Args:
        body: what the file is.
        ranges: whether it knows ranges.
        behave: called with each request in place of a proper answer.
        fail: the same for single requests, by their number from 1 on.
        sent: bytes of files that were sent.
    """

    body: bytes = b""
    ranges: bool = True
    behave: Callable[[BaseHTTPRequestHandler], None] | None = None
    fail: dict[int, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    sent: int = 0
    requests: list[str] = field(default_factory=list)
    ranges_asked: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.requests.append(request.path)
        self.ranges_asked.append(request.headers.get("Range", ""))
        (self.behave or self.fail.get(len(self.requests), self.serve))(request)

    def serve(self, request: BaseHTTPRequestHandler, share: float = 1.0) -> None:
        """Promises what is asked for, sends a share of it, and hangs up."""
        said = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
        part = self.body
        if said and self.ranges:
            part = self.body[int(said[1]) : int(said[2]) + 1]
            request.send_response(206)
            request.send_header("Content-Range", f"bytes {said[1]}-{said[2]}/{len(self.body)}")
        else:
            request.send_response(200)
        request.send_header("Content-Length", str(len(part)))
        request.end_headers()
        most = int(len(part) * share)
        with suppress(OSError):  # The client has had enough.
            for start in range(0, most, 4_096):
                self.sent += request.wfile.write(part[start : min(start + 4_096, most)])

    def cut(self, request: BaseHTTPRequestHandler) -> None:
        """Sends half of what it promises, and hangs up."""
        self.serve(request, 0.5)

    def stall(self, request: BaseHTTPRequestHandler) -> None:
        """Sends half of the file, then nothing, with the line open."""
        self.cut(request)
        request.wfile.flush()
        self.released.wait(30)

    def hang(self, request: BaseHTTPRequestHandler) -> None:
        """Takes the request and says nothing."""
        self.released.wait(30)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    with serving(made.answer) as url:
        made.url = f"{url}/mirror"
        yield made
        made.released.set()


def shades(count: int, first: int = 0) -> np.ndarray:
    """(count, 4, 4) uint8: image i is all of shade first + i, so that it can be told."""
    ramp = np.arange(first, first + count, dtype=np.uint8)
    return np.broadcast_to(ramp[:, None, None], (count, 4, 4)).copy()


IMAGES = NpzImages(key="x_train", side=4, most=1_000)
FULL = 12
BUNDLED = 3


@dataclass
class Stage:
    """A dataset of 12 images of 4 x 4, of which 3 are bundled.

    The first shade of a copy tells it: 0 is the user's own, 100 published, 200 bundled.
    """

    dataset: ImageDataset
    remote: RemoteFile
    cached: Path
    folder: Path
    body: bytes

    def put_own(self, count: int) -> Path:
        """Puts that many images where GANLIB_DATA will look."""
        path = self.folder / "tiny.npz"
        np.savez(path, x_train=shades(count))
        return path

    def cache_files(self) -> list[str]:
        """What a run could take for whole."""
        folder = self.cached.parent
        return sorted(path.name for path in folder.glob("*.npz")) if folder.is_dir() else []


@pytest.fixture
def stage(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv("GANLIB_TINY_URL", server.url)
    published = tmp_path / "published.npz"
    np.savez_compressed(published, x_train=shades(FULL, first=100))
    bundled = tmp_path / "bundled.npz"
    np.savez_compressed(bundled, x_train=shades(BUNDLED, first=200))
    folder = tmp_path / "data"
    folder.mkdir()
    server.body = published.read_bytes()
    remote = RemoteFile(
        name="tiny.npz",
        base_url="http://127.0.0.1:9",
        url_variable="GANLIB_TINY_URL",
        checksum=f"sha256:{hashlib.sha256(server.body).hexdigest()}",
        size=len(server.body),
    )
    dataset = ImageDataset(
        name="tiny",
        title="Tiny",
        licence="CC0",
        source="this test",
        url="",
        bundled="Three of twelve.",
        total=FULL,
        sources=Sources("tiny.npz", IMAGES, remote, IMAGES, bundled),
    )
    return Stage(dataset, remote, tmp_path / "cache" / "tiny.npz", folder, server.body)
