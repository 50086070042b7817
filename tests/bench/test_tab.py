"""The tab without a browser, at a real server: it opens, presses, watches and leaves."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ganlib.errors import UserError
from ganlib.runs import RunStore
from tests.support.server import AppServer, served
from tests.support.tab import Tab

STEPS = 3_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


def test_a_tab_draws_the_page_that_its_path_names(server: AppServer) -> None:
    async def look() -> None:
        async with Tab(server.url, "toy") as tab:
            assert tab.screen.pages_drawn == 1
            assert "bidi_component" in tab.screen.kinds and "button" in tab.screen.kinds
            assert any("What will happen" in text for text in tab.screen.texts)
            assert tab.messages >= len(tab.screen.kinds)
            assert tab.payload_bytes > 1_000
            assert tab.screen.address == {} and tab.ticks == []

    asyncio.run(look())


def test_a_disabled_button_is_not_pressed(server: AppServer) -> None:
    async def press() -> None:
        async with Tab(server.url, "toy") as tab:
            with pytest.raises(TimeoutError):
                await tab.press("stop", timeout_s=0.2)
            with pytest.raises(TimeoutError):
                await tab.press("no-such-key", timeout_s=0.2)

    asyncio.run(press())


@pytest.mark.slow
def test_two_tabs_see_a_run_begin_and_finish(server: AppServer) -> None:
    async def watch() -> None:
        async with Tab(server.url, "toy") as tab:
            await tab.enter("toy/scalar:steps", STEPS)
            await tab.press("start")
            # A look before the first step has little to say; those that count show figures.
            await tab.until(lambda: bool(re.search(r"step [1-9]", " ".join(tab.screen.texts))))
            tab.ticks.clear()
            run_id = tab.screen.address["run"]
            async with Tab(server.url, "toy", f"run={run_id}") as other:
                for each in (tab, other):
                    await each.until(lambda each=each: _says(each, "Finished"), 120)
                    assert _says(each, f"step {STEPS:,} of {STEPS:,}")
                    assert each.screen.address == {"run": run_id}
            run = RunStore(server.runs).open(run_id)
            assert run.status().state == "finished"
            assert len(run.history()) == STEPS
            assert tab.ticks
            for tick in tab.ticks:
                assert 0 < tick.latency_s < 60
                assert tick.messages > 5
                assert 1_000 < tick.payload_bytes < 200_000
            # Its timer has gone with the run.
            count = len(tab.ticks)
            await asyncio.sleep(1.5)
            assert len(tab.ticks) == count

    asyncio.run(watch())


@pytest.mark.slow
def test_a_page_that_only_opens_costs_no_ticks(server: AppServer) -> None:
    async def rest() -> None:
        async with Tab(server.url, "distributions") as tab:
            await asyncio.sleep(1.2)
            assert tab.ticks == []

    asyncio.run(rest())


@pytest.mark.slow
def test_a_server_that_is_gone_ends_the_waiting(tmp_path: Path) -> None:
    async def wait() -> None:
        with served(tmp_path) as server:
            tab = Tab(server.url, "runs")
            await tab.__aenter__()
        with pytest.raises(ConnectionError):
            await tab.until(lambda: False)
        await tab.close()

    asyncio.run(wait())


@pytest.mark.slow
def test_no_dashboard_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.server.ROOT", tmp_path)
    with pytest.raises(UserError, match="there is no"), served(tmp_path):
        pass


def _says(tab: Tab, text: str) -> bool:
    return any(text in each for each in tab.screen.texts)
