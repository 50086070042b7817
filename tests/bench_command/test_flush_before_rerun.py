"""A tick that comes in the moment in which the page has been drawn: nothing of it may be lost."""

import asyncio
from pathlib import Path

import pytest

from tests.support.server import AppServer, served
from tests.support.tab import Tab

_ENTRY = str(Path(__file__).with_name("streamlit_that_ends_first.py"))
TIMES = 5


async def _touch_and_tick(server: AppServer, patience_s: float) -> int:
    """How often a touch with a tick right behind it had a whole live page drawn."""
    drawn = 0
    async with Tab(server.url, "toy") as tab:
        await tab.enter("toy/scalar:steps", 100_000)
        touch = None
        try:
            # The page that Start draws may be lost as well.
            await asyncio.wait_for(tab.press("start"), patience_s)
            await tab.until(lambda: bool(tab.live), patience_s)
            for turn in range(TIMES):
                before, live = tab.screen.pages_drawn, tab.live
                chart = ("Gradient norms", "Accuracy")[turn % 2]
                touch = asyncio.create_task(tab.enter("chart.second", chart))
                # The page is being drawn by now.
                await asyncio.sleep(0.01)
                # Also of parts that the page has not told anew so far: their time has come.
                await tab.tick(live)
                await tab.until(lambda before=before: tab.screen.pages_drawn > before, patience_s)
                await touch
                # The page has told its timers as well.
                await tab.until(lambda: bool(tab.live), patience_s)
                drawn += 1
        # Python 3.10 has two of them.
        except (TimeoutError, asyncio.TimeoutError):
            if touch is not None:
                touch.cancel()
    return drawn


def test_a_finished_page_is_sent_before_the_next_run(tmp_path: Path) -> None:
    with served(tmp_path, entry=(_ENTRY,)) as server:
        assert asyncio.run(_touch_and_tick(server, 60)) == TIMES
        assert "Traceback" not in server.log(), server.log()


@pytest.mark.slow
def test_streamlit_itself_loses_a_finished_page(tmp_path: Path) -> None:
    """The negative control; where it fails, `flush_before_rerun` may go."""
    with served(tmp_path, entry=(_ENTRY, "--as-it-comes")) as server:
        assert asyncio.run(_touch_and_tick(server, 15)) < TIMES
