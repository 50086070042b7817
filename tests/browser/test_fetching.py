"""A download before the training, watched and stopped in the page."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from ganlib.data.categories import category
from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard
from tests.support.file_server import serving
from tests.support.server import AppServer

_PIECE = 16_384


@dataclass
class SlowPublisher:
    """Serves the beginning of the apples by ranges, as slowly as a test wants.

    Attributes:
        url: base address.
        hurry: set, it holds nothing back.
        asked: the ranges it was asked for.
    """

    url: str = ""
    hurry: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append(request.headers["Range"])
        first, last = map(int, re.findall(r"\d+", self.asked[-1]))
        rows = category("apple").published
        content = _beginning(rows, last + 1)[first:]
        request.send_response(206)
        request.send_header("Content-Range", f"bytes {first}-{last}/{80 + rows * 784}")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        try:
            for start in range(0, len(content), _PIECE):
                request.wfile.write(content[start : start + _PIECE])
                self.hurry.wait(0.5)
        except OSError:
            pass  # nobody listens any more


def _beginning(rows: int, size: int) -> bytes:
    described = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({rows}, 784), }}"
    header = b"\x93NUMPY\x01\x00\x46\x00" + described.ljust(69).encode() + b"\n"
    pixels = np.random.default_rng(0).integers(0, 256, size - len(header), dtype=np.uint8)
    return header + pixels.tobytes()


@pytest.fixture
def publisher() -> Iterator[SlowPublisher]:
    made = SlowPublisher()
    with serving(made.answer) as made.url:
        yield made
        made.hurry.set()


@pytest.mark.slow
def test_progress_stop_and_going_on(
    launch: Callable[..., AppServer],
    open_tab: Callable[[AppServer], Dashboard],
    publisher: SlowPublisher,
    tmp_path: Path,
) -> None:
    server = launch(
        variables={
            "GANLIB_OFFLINE": "0",
            "GANLIB_QUICKDRAW_URL": publisher.url,
            "NO_PROXY": "127.0.0.1",
        }
    )
    tab, name = open_tab(server), "quickdraw/conv"
    tab.open("/quickdraw")
    tab.set_knobs(name, max_drawings=1_000, batch_size=4, steps=2)
    run = tab.start()
    expect(tab.status).to_contain_text(re.compile(r"downloading apple: \d\.\d of 0\.8 MB"))
    tab.page.wait_for_function(
        """() => {
          const bar = document.querySelector("[data-testid=stProgress] [role=progressbar]")
          const share = Number(bar?.getAttribute("aria-valuenow"))
          window.shares = [...new Set([...(window.shares ?? []), share])]
          return window.shares.filter(share => share > 0).length >= 3
        }"""
    )
    tab.stop()
    store = RunStore(server.runs)
    assert store.open(run).status().state == "stopped"
    assert store.open(run).status().step == 0

    publisher.hurry.set()
    tab.button("new_run").click()
    tab.start()
    expect(tab.status).to_contain_text("Finished")
    assert len(publisher.asked) == 2
    first, last = map(int, re.findall(r"\d+", publisher.asked[1]))
    assert first > 0 and last == 80 + 1_000 * 784 - 1
    # While a page is drawn anew, what it said before may still stand beside what it says.
    expect(tab.page.get_by_text("downloaded copy: 1,000 of")).to_have_count(1)
