"""A server that is killed under an open page."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from ganlib.runs import RunStore
from ganlib.runs.mailbox import Mailbox
from tests.support import ROOT
from tests.support.dashboard import Dashboard
from tests.support.fake_trainer import wait_until
from tests.support.server import AppServer, environment

SCALAR = "toy/scalar"
# Some seconds of training, and a checkpoint several times a second.
KNOBS = {"steps": 2_000, "checkpoint_every": 200}


@pytest.mark.slow
def test_the_page_comes_back_and_one_click_goes_on_with_the_run(
    launch: Callable[..., AppServer], open_tab: Callable[[AppServer], Dashboard], tmp_path: Path
) -> None:
    server = launch()
    tab = open_tab(server)
    tab.open("/toy")
    tab.set_knobs(SCALAR, **KNOBS)
    run_id = tab.start()
    run = RunStore(server.runs).open(run_id)
    tab.wait_for_step(0)
    # A killed server must not leave the page with half of its scripts.
    tab.wait_for_points()
    expect(tab.page.get_by_text("Data: Two peaks")).to_be_visible()
    while not run.checkpoint_steps():
        time.sleep(0.01)
    server.kill()
    saved = run.latest_checkpoint().step
    assert 0 < saved < KNOBS["steps"]
    assert not tab.complaints
    server.start()
    server.wait_until_healthy()

    # Nobody reloads the page.
    expect(tab.status).to_contain_text("Interrupted")
    assert tab.run_id() == run_id
    expect(tab.button("resume")).to_be_enabled()
    _forgive_what_was_asked_meanwhile(tab)
    tab.button("resume").click()
    expect(tab.status).to_contain_text("Finished")

    status = run.status()
    assert (status.state, status.step) == ("finished", KNOBS["steps"])
    assert run.history().step.tolist() == list(range(1, KNOBS["steps"] + 1))
    assert status.weights_sha256 == _undisturbed(tmp_path)


@pytest.mark.slow
def test_a_killed_training_process_is_told_and_the_others_go_on(
    launch: Callable[..., AppServer],
    open_tab: Callable[[AppServer], Dashboard],
    tell: Callable[[str], None],
) -> None:
    server = launch()
    store = RunStore(server.runs)
    tab = open_tab(server)
    tab.open("/runs")
    at_once = tab.page.get_by_role("spinbutton", name="Runs at the same time")
    at_once.fill("2")
    at_once.press("Enter")
    ids = []
    for _ in range(2):
        tab.open("/toy")
        tab.set_knobs(SCALAR, steps=1_000_000)
        ids.append(tab.start())
    other, killed = map(store.open, ids)
    tab.wait_for_step(0)
    assert other.status().state == killed.status().state == "running"

    children = psutil.Process(server.pid).children(recursive=True)
    next(one for one in children if str(killed.path) in one.cmdline()).kill()
    began = time.monotonic()
    expect(tab.status).to_contain_text("Interrupted")
    tell(f"the page says that a process was killed after {time.monotonic() - began:.1f} s")
    expect(tab.page.get_by_text("was killed (SIGKILL)").first).to_be_visible()
    step = other.status().step
    wait_until(lambda: other.status().step > step)

    saved = killed.status().saved_step
    tab.button("resume").click()
    expect(tab.status).to_contain_text("Running")
    tab.wait_for_step(saved)
    for run in (other, killed):
        Mailbox(run.path).post("stop")
        wait_until(lambda run=run: not run.status().active, 60)


def _forgive_what_was_asked_meanwhile(tab: Dashboard) -> None:
    """The page asks for the server until it is there again, and the browser's console says so."""
    expected = (
        "ERR_CONNECTION_REFUSED",
        "disconnected from server",
        "reaching server endpoint",
        "server is not responding",
    )
    others = [one for one in tab.complaints if not any(part in one for part in expected)]
    assert not others, others
    tab.complaints.clear()


def _undisturbed(folder: Path) -> str:
    """The weights of the same run from the command line, never interrupted."""
    pairs = [part for name, value in KNOBS.items() for part in ("--set", f"{name}={value}")]
    said = subprocess.run(
        [sys.executable, "-m", "ganlib", "train", SCALAR, *pairs, "--json"],
        cwd=ROOT,
        env=environment(folder),
        stdout=subprocess.PIPE,
        check=True,
    )
    found: str = json.loads(said.stdout)["weights_sha256"]
    return found
