"""Runs that go wrong, and that the next one starts as if nothing had been."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard
from tests.support.server import AppServer

LAUNCHER = str(Path(__file__).with_name("streamlit_with_broken_recipe.py"))
VECTOR = "toy/gaussian-vector"


def test_a_run_that_diverges(dashboard: Dashboard, store: RunStore) -> None:
    tab = dashboard
    tab.open("/toy")
    tab.choose_recipe("toy", VECTOR)
    tab.set_knobs(VECTOR, generator_learning_rate=1, discriminator_learning_rate=1, momentum=0.99)
    run_id = tab.start()
    expect(tab.status).to_contain_text("Failed")
    sentence = _sentence(tab)
    said = re.fullmatch(
        r"Training diverged: [a-z ]+ (was|were) no longer a finite number at step (\d+)\. "
        r"Lower learning rates or a gradient clip often help\.",
        sentence,
    )
    assert said, sentence
    run = store.open(run_id)
    assert run.status().message == sentence
    # The step of the first bad figures, or of the update after which the samples were bad.
    assert int(said[2]) - run.status().step in (0, 1)
    assert "DivergedError: Training diverged" in run.traceback()

    tab.go_to("Toy")
    tab.button("start").wait_for()
    tab.set_knobs(VECTOR, steps=100)
    tab.open_advanced()
    tab.button("toy-gaussian-vector-reset").click()
    expect(tab.knob(VECTOR, "momentum")).to_have_value("0")
    tab.set_knobs(VECTOR, steps=100)
    _check_next_run(tab, store, run_id)


@pytest.mark.slow
def test_an_exception_that_nobody_has_thought_of(
    launch: Callable[..., AppServer], open_tab: Callable[[AppServer], Dashboard]
) -> None:
    server = launch(entry=(LAUNCHER,))
    store = RunStore(server.runs)
    tab = open_tab(server)
    tab.open("/toy")
    tab.choose_recipe("toy", "toy/broken")
    tab.set_knobs("toy/broken", steps=40, sample_every=20)
    run_id = tab.start()
    expect(tab.status).to_contain_text("Failed")
    assert _sentence(tab) == (
        "ZeroDivisionError at step 20: the scale. The traceback is in the run's journal.jsonl."
    )
    traceback = RunStore(server.runs).open(run_id).traceback()
    assert traceback.startswith("Traceback (most recent call last)")
    assert traceback.rstrip().endswith("ZeroDivisionError: the scale\nhas no pans")

    tab.go_to("Toy")
    _check_next_run(tab, store, run_id)


@pytest.mark.slow
def test_data_that_cannot_be_read(
    launch: Callable[..., AppServer], open_tab: Callable[[AppServer], Dashboard], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "mnist.npz").write_bytes(b"PK\x03\x04 and nothing else")
    server = launch(variables={"GANLIB_DATA": str(data)})
    tab = open_tab(server)
    tab.open("/mnist")
    sentence = _alert(tab).first.locator("p").inner_text()
    assert "mnist.npz" in sentence
    assert sentence.endswith(".")
    assert "Traceback" not in sentence
    expect(tab.page.locator(".st-key-start button")).to_be_disabled()

    (data / "mnist.npz").unlink()
    tab.open("/mnist")
    tab.set_knobs("mnist/dcgan", batch_size=2, steps=1)
    tab.start()
    expect(tab.status).to_contain_text("Finished")
    assert not any(
        RunStore(server.runs).open(row.id).traceback() for row in RunStore(server.runs).list()
    )


def _alert(tab: Dashboard) -> Locator:
    return tab.page.get_by_test_id("stAlert")


def _sentence(tab: Dashboard) -> str:
    """The one thing that the page complains of, in one paragraph."""
    expect(_alert(tab)).to_have_count(1)
    return _alert(tab).locator("p").inner_text()


def _check_next_run(tab: Dashboard, store: RunStore, failed: str) -> None:
    run_id = tab.start()
    assert run_id != failed
    expect(tab.status).to_contain_text("Finished")
    expect(_alert(tab)).to_have_count(0)
    finished = store.open(run_id)
    assert finished.status().state == "finished"
    assert len(finished.history()) == finished.values["steps"]
    assert finished.traceback() == ""
    assert store.open(failed).status().state == "failed"
