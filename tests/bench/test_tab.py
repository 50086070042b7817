"""The client that stands for a browser's tab: it opens, presses, watches and leaves."""

import asyncio
import re
from pathlib import Path

import pytest

from ganlib.runs import RunStore
from tests.support.server import AppServer, served
from tests.support.tab import Tab

STEPS = 3_000


@pytest.mark.slow
def test_two_tabs_see_a_run_begin_and_finish(tmp_path: Path) -> None:
    async def watch(server: AppServer) -> None:
        async with Tab(server.url, "toy") as tab:
            assert "button" in tab.screen.kinds and tab.ticks == []
            with pytest.raises(TimeoutError):
                await tab.press("stop", timeout_s=0.2)
            await tab.enter("toy/scalar:steps", STEPS)
            await tab.press("start")
            # A tick before the first step sends little.
            await tab.until(lambda: bool(re.search(r"step [1-9]", " ".join(tab.screen.texts))))
            tab.ticks.clear()
            run_id = tab.screen.address["run"]
            async with Tab(server.url, "toy", f"run={run_id}") as other:
                for each in (tab, other):
                    await each.until(lambda each=each: _says(each, "Finished"), 120)
                    assert _says(each, f"step {STEPS:,} of {STEPS:,}")
            run = RunStore(server.runs).open(run_id)
            assert (run.status().state, len(run.history())) == ("finished", STEPS)
            assert tab.ticks
            assert all(1_000 < tick.payload_bytes < 200_000 for tick in tab.ticks)
            # The timer ends with the run.
            count = len(tab.ticks)
            await asyncio.sleep(1.5)
            assert len(tab.ticks) == count

    with served(tmp_path) as server:
        asyncio.run(watch(server))


def _says(tab: Tab, text: str) -> bool:
    return any(text in each for each in tab.screen.texts)
