"""A real Chromium before a real server, and what every test here asks of both."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from ganlib import recipes
from ganlib.runs import RunStore
from tests.support.chromium import chromium
from tests.support.dashboard import Dashboard
from tests.support.server import AppServer, served

# Waits end as soon as what they wait for is there; this is for machines with much else to do.
PATIENCE_MS = 180_000

_TRACEBACK = "Traceback (most recent call last)"
_FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium.

    Not for the whole session: as long as Playwright runs, so does its event loop, and
    tests elsewhere want loops of their own.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """One server for the tests of a module that do not mind what came before them."""
    with served(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture
def server(shared_server: AppServer) -> Iterator[AppServer]:
    """The module's server; fails a test in which it has printed a traceback."""
    start = shared_server.log_bytes
    yield shared_server
    log = shared_server.log(start)
    assert _TRACEBACK not in log, log


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., AppServer]]:
    """Starts servers of a test's own; see `AppServer` for what can be given."""
    made: list[AppServer] = []

    def make(**options: Any) -> AppServer:
        folder = tmp_path / f"server{len(made)}"
        folder.mkdir()
        made.append(AppServer(folder, **options))
        made[-1].wait_until_healthy()
        return made[-1]

    yield make
    for server in made:
        server.stop()
    for server in made:
        assert _TRACEBACK not in server.log(), server.log()


@pytest.fixture
def open_tab(
    browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[AppServer], Dashboard]]:
    """Opens tabs, each in a profile of its own, as if in another browser."""
    contexts: list[BrowserContext] = []
    tabs: list[tuple[Dashboard, AppServer]] = []

    def make(server: AppServer) -> Dashboard:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        tabs.append((Dashboard(context.new_page(), server.url), server))
        return tabs[-1][0]

    yield make
    if request.node.stash.get(_FAILED, True):
        for number, (tab, _) in enumerate(tabs):
            picture = tmp_path / f"failed-{number}.png"
            tab.page.screenshot(path=picture, full_page=True)
            print(f"Screenshot of {tab.page.url}: {picture}")
    for tab, server in tabs[-1:]:
        _leave_idle(tab, server)
    for context in contexts:
        context.close()
    complaints = [line for tab, _ in tabs for line in tab.complaints]
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def dashboard(open_tab: Callable[[AppServer], Dashboard], server: AppServer) -> Dashboard:
    """A tab on the module's server."""
    return open_tab(server)


@pytest.fixture
def store(server: AppServer) -> RunStore:
    """The module's runs, as another process sees them."""
    return RunStore(server.runs)


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a figure for whoever reads the output, also when the test passes."""

    def say(sentence: str) -> None:
        with capsys.disabled():
            print(f"\n    {sentence}", end="", flush=True)

    return say


def _leave_idle(tab: Dashboard, server: AppServer) -> None:
    """Ends what a test has left behind, for the next one wants to start something."""
    for summary in RunStore(server.runs).list():
        if summary.status and summary.status.active:
            tab.open(f"/{recipes.get(summary.recipe).page}?run={summary.id}")
            tab.stop()
