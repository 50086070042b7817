"""Runs that are trained, controlled and read from Python."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import ganlib
from ganlib import recipes
from ganlib.errors import ConfigError, RunError
from ganlib.runs import Run
from tests.support import ROOT
from tests.support.processes import wait_until

SMALL = {"generator_layers": 1, "generator_units": 8, "batch_size": 16, "milestones": 0}
ENDLESS = 10_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def trained(folder: Path) -> ganlib.RunHandle:
    """A run of 40 steps."""
    run = ganlib.train("toy/scalar", steps=40, sample_every=20, runs_folder=folder, **SMALL)
    assert run.wait() == "finished"
    return run


@pytest.fixture
def endless(folder: Path) -> Iterator[ganlib.RunHandle]:
    """A run that trains."""
    run = ganlib.train("toy/scalar", steps=ENDLESS, sample_every=500, runs_folder=folder, **SMALL)
    wait_until(lambda: run.step > 0)
    yield run
    if run.status.active:
        run.stop()


def test_tables_have_a_row_for_each_step(trained: ganlib.RunHandle) -> None:
    assert (trained.recipe, trained.step, trained.steps) == ("toy/scalar", 40, 40)
    metrics, scores = trained.metrics, trained.scores
    assert metrics.index.name == scores.index.name == "step"
    assert list(metrics.index) == list(range(1, 41))
    assert {"time_s", "generator_loss", "discriminator_loss"} <= set(metrics.columns)
    assert np.isfinite(metrics.to_numpy()).all()
    assert list(scores.index) == [0, 20, 40]
    assert scores["w1_over_sigma"].iloc[-1] == trained.status.scores["w1_over_sigma"]


def test_the_generator_has_the_weights_of_its_checkpoint(trained: ganlib.RunHandle) -> None:
    model = trained.generator()
    state = Run(trained.folder).latest_checkpoint().state
    for weight in model.weights:
        assert any(np.array_equal(weight.numpy(), array) for array in state.values())
    # Generated samples are the model's, converted to the units of the data.
    samples = trained.generate(500, seed=1)
    assert (samples == trained.generate(500, seed=1)).all()
    assert (samples != trained.generate(500, seed=2)).any()
    recipe = recipes.get("toy/scalar")
    scaling = recipe.scaling(recipe.parse(trained.settings))
    latents = np.random.default_rng(0).uniform(-1, 1, (2_000, model.input_shape[1]))
    own = scaling.to_raw(model.predict(latents.astype(np.float32), verbose=0))
    assert own.shape[1:] == samples.shape[1:] == trained.samples().shape[1:]
    assert abs(own.mean() - samples.mean()) < samples.std()
    assert (trained.samples(20) != trained.samples(40)).any()
    assert (trained.samples() == trained.samples(40)).all()


def test_a_run_is_paused_resumed_stopped_and_continued(endless: ganlib.RunHandle) -> None:
    endless.pause()
    step = endless.step
    assert endless.state == "paused"
    assert endless.wait(0.1) == "paused"
    with pytest.raises(RunError, match=r"is paused; steps can be changed .* Received: 50\."):
        endless.resume(50)
    endless.resume()
    wait_until(lambda: endless.step > step)
    with pytest.raises(RunError, match="is running; only a paused or ended run can be resumed"):
        endless.resume()
    endless.stop()
    assert endless.wait() == "stopped"
    last = endless.step
    assert endless.checkpoints[-1] == last
    endless.resume(last + 10)
    assert endless.wait() == "finished"
    assert list(endless.metrics.index) == list(range(1, last + 11))


def test_ctrl_c_ends_the_waiting_and_not_the_run(endless: ganlib.RunHandle) -> None:
    # A process that a shell started in the background ignores it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            endless.wait(30)
    finally:
        signal.signal(signal.SIGINT, before)
    step = endless.step
    wait_until(lambda: endless.step > step)


def test_a_run_beyond_the_cap_is_queued(endless: ganlib.RunHandle, folder: Path) -> None:
    second = ganlib.train("toy/scalar", steps=1, runs_folder=folder, **SMALL)
    assert second.state == "queued"
    with pytest.raises(RunError, match="is still queued"):
        second.pause()
    second.stop()
    assert second.wait() == "stopped"
    assert endless.state == "running"


def test_mistakes_are_told_before_a_run_is_created(tmp_path: Path) -> None:
    for recipe, knobs, sentence in (
        ("toy/none", {}, "There is no recipe 'toy/none'. Allowed: "),
        ("toy/scalar", {"target": "no"}, "target must be one of mixture, gaussian, uniform"),
        ("toy/scalar", {"stepz": 1}, "Unknown knob 'stepz'. Allowed: steps, "),
        ("toy/scalar", {"steps": -1}, "steps must be a whole number from 1 to "),
    ):
        with pytest.raises(ConfigError) as caught:
            ganlib.train(recipe, runs_folder=tmp_path, **knobs)
        assert str(caught.value).startswith(sentence)
    assert list(tmp_path.iterdir()) == []


# Trains until it may read a line, then ends like any script.
SCRIPT = """
import sys, ganlib
run = ganlib.train("toy/scalar", steps=10_000_000, runs_folder=sys.argv[1], progress=True,
                   generator_layers=1, generator_units=8, batch_size=16)
sys.stdin.readline()
"""


@pytest.mark.slow
def test_a_run_of_another_process_which_then_ends(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            wait_until(lambda: any(run.step for run in ganlib.runs(runs_folder=tmp_path)))
            [run] = ganlib.runs(runs_folder=tmp_path)
            run.pause()
            assert run.state == "paused"
            run.resume()
            assert run.state == "running"
            _, said = process.communicate("\n", timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert f"{run.name}: " in said and "10000000" in said
    # Nothing is lost: the checkpoint is of the last step.
    assert run.wait() == "interrupted"
    assert run.checkpoints[-1] == run.step > 0
    with pytest.raises(RunError, match="is interrupted; no process trains it"):
        run.stop()
    run.resume(run.step + 5)
    assert run.wait() == "finished"
