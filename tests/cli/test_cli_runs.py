"""Runs from the command line: trained, stopped, gone on with, scored and failed."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from ganlib import recipes
from ganlib.data.base import Data, Scaling
from ganlib.recipes.toy_scalar import ScalarConfig, ToyScalar
from ganlib.runs import Run, RunStore
from tests.support.processes import Said, ended

Command = Callable[..., Said]

# The smallest networks, for building them is what takes the time.
SMALL = ("--set", "generator_layers=1", "--set", "generator_units=8", "--set", "batch_size=16")
KEYS = (
    "run_id",
    "recipe",
    "seed",
    "step",
    "status",
    "steps_per_second",
    "weights_sha256",
    "metrics",
)
METRICS = {
    "w1_over_sigma",
    "w1_over_sigma_real",
    "coverage",
    "coverage_real",
    "kolmogorov_smirnov",
    "histogram_overlap",
    "mean",
    "sd",
    "real_mean",
    "real_sd",
}


def train(command: Command, *more: str, steps: int = 40) -> dict:
    said = command("train", "toy/scalar", *SMALL, "--steps", str(steps), *more, "--json")
    assert said.code == 0
    return said.json


def the_run(folder: Path) -> Run:
    [row] = RunStore(folder).list()
    return RunStore(folder).open(row.id)


def test_train_and_evaluate_print_the_same_report(command: Command, runs: Path) -> None:
    said = command("train", "toy/scalar", *SMALL, "--steps", "40", "--seed", "3", "--json")
    found = said.json
    assert (said.code, tuple(found)) == (0, KEYS)
    assert found["run_id"] == the_run(runs).id
    assert (found["recipe"], found["seed"]) == ("toy/scalar", 3)
    assert (found["step"], found["status"]) == (40, "finished")
    assert found["steps_per_second"] > 0
    assert re.fullmatch("[0-9a-f]{64}", found["weights_sha256"])
    assert set(found["metrics"]) == METRICS
    assert all(isinstance(value, float) for value in found["metrics"].values())
    config = the_run(runs).config
    assert (config.generator_layers, config.generator_units, config.batch_size) == (1, 8, 16)
    # Lines in a file: the last one is always there.
    line = said.err.splitlines()[-1]
    assert re.fullmatch(
        r"step 40 of 40, (\S+ steps/s, ETA 0:00, )?"
        r"discriminator loss \d\.\d{3}, generator loss \d\.\d{3}",
        line,
    )

    again = command("evaluate", found["run_id"], "--json")
    assert again.code == 0
    assert again.json == found

    said = command("evaluate", found["run_id"])
    assert said.out.splitlines()[:4] == [
        f"run                 {found['run_id']}",
        "recipe              toy/scalar",
        "seed                3",
        "status              finished at step 40",
    ]
    assert f"mean                {found['metrics']['mean']:.6g}" in said.out.splitlines()


def test_a_finished_run_continues_to_a_higher_total(command: Command) -> None:
    constant = ("--set", "schedule=constant")
    short, whole = train(command, *constant, steps=20), train(command, *constant, steps=50)
    assert short["weights_sha256"] != whole["weights_sha256"]
    for steps, sentence in (
        ((), "give a higher total of steps to continue. Received: none."),
        (("--steps", "20"), "give a higher total of steps to continue. Received: 20."),
        (("--steps", "0"), "steps must be a whole number from 1 to 10,000,000. Received: '0'."),
        (("--steps", "x"), "steps must be a whole number from 1 to 10,000,000. Received: 'x'."),
    ):
        said = command("resume", short["run_id"], *steps, "--json")
        assert (said.code, said.out) == (2, "")
        assert said.err.endswith(f"{sentence}\n") and said.err.count("\n") == 1
    gone_on = command("resume", short["run_id"], "--steps", "50", "--json").json
    assert (gone_on["run_id"], gone_on["step"]) == (short["run_id"], 50)
    assert gone_on["weights_sha256"] == whole["weights_sha256"]
    assert gone_on["metrics"] == whole["metrics"]
    assert command("evaluate", short["run_id"], "--json").json == gone_on


def test_ctrl_c_before_the_first_step(command: Command, runs: Path, monkeypatch) -> None:
    class Interrupting(ToyScalar):
        def load(self, config: ScalarConfig) -> Data:
            os.kill(os.getpid(), signal.SIGINT)
            return super().load(config)

    monkeypatch.setitem(recipes.all_recipes(), "test/broken", named(Interrupting))
    monkeypatch.setattr(Interrupting, "data_sentence", lambda self, config: "")
    before = signal.getsignal(signal.SIGINT)
    said = command("train", "test/broken", *SMALL, "--json")
    assert said.code == 128 + signal.SIGINT
    assert (said.json["step"], said.json["status"]) == (0, "stopped")
    # On a slow machine, a line about the loading may come before.
    assert said.err.splitlines()[-1].startswith(f"Run {said.json['run_id']} was stopped ")
    assert said.err.endswith(f"To continue: python -m ganlib resume {said.json['run_id']}\n")
    assert signal.getsignal(signal.SIGINT) is before


def named(kind: type[ToyScalar]) -> ToyScalar:
    recipe = kind()
    kind.name = "test/broken"
    return recipe


def test_a_trainer_that_raises(
    command: Command, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Raising(ToyScalar):
        def generator(self, config: ScalarConfig) -> object:
            raise ZeroDivisionError("nothing\nto divide by")

    monkeypatch.setitem(recipes.all_recipes(), "test/broken", named(Raising))
    said = command("train", "test/broken", *SMALL, "--json")
    assert said.code == 1
    assert (said.json["status"], said.json["weights_sha256"]) == ("failed", "")
    [line] = said.err.splitlines()
    assert line == (
        f"Run {said.json['run_id']} failed. ZeroDivisionError at step 0: nothing. "
        "The traceback is in the run's journal.jsonl."
    )
    assert "to divide by" in the_run(runs).traceback()


def test_a_run_that_diverges(command: Command, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Diverging(ToyScalar):
        def scaling(self, config: ScalarConfig) -> Scaling:
            return Scaling(0.0, 1e-45)

    monkeypatch.setitem(recipes.all_recipes(), "test/broken", named(Diverging))
    said = command("train", "test/broken", *SMALL, "--json")
    assert said.code == 2
    assert (said.json["status"], said.json["step"]) == ("failed", 0)
    [line] = said.err.splitlines()
    assert line.startswith(f"Run {said.json['run_id']} failed. Training diverged: ")
    assert "at step 1." in line
    said = command("evaluate", the_run(runs).id)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"Run {the_run(runs).id} has no checkpoint yet.\n"


def test_a_missing_gpu_is_an_error_before_a_run_is_created(
    command: Command, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tensorflow as tf

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: [])
    said = command("train", "toy/scalar", "--set", "devices=gpu")
    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 1 and "Received: 'gpu'" in said.err
    assert not runs.exists()


def test_a_run_that_another_one_trains_is_not_resumed(command: Command, runs: Path) -> None:
    config = recipes.get("toy/scalar").parse({})
    run = RunStore(runs).create("toy/scalar", config)
    said = command("resume", run.id)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"Run {run.id} is in use by another server")
    assert run.status().state == "queued"
    run.lock.release()


def test_recipes_lists_them_with_their_networks() -> None:
    said = ended("-m", "ganlib", "recipes", "--json")
    # Not a word from TensorFlow either.
    assert (said.code, said.err) == (0, "")
    rows = {row["name"]: row for row in said.json}
    assert list(rows) == list(recipes.all_recipes())
    for row in rows.values():
        assert list(row) == ["name", "title", "source", "url", "dataset", "parameters"]
    # 1 -> 64 -> 64 -> 64 -> 1, each layer with its biases; the discriminator also sees the sines
    # and cosines of four octaves.
    dense = 2 * 64 + 2 * (64 * 64 + 64) + 64 + 1
    assert rows["toy/scalar"]["parameters"] == {
        "generator": dense,
        "discriminator": dense + 2 * 4 * 64,
    }
    # 200 -> 256 -> 200, and 200 -> 256 -> 1.
    assert rows["toy/gaussian-vector"]["parameters"] == {
        "generator": 200 * 256 + 256 + 256 * 200 + 200,
        "discriminator": 200 * 256 + 256 + 256 + 1,
    }
    assert rows["mnist/basic"]["dataset"] == "MNIST"
    assert rows["mnist/basic"]["source"] == "Training GANs, section 3.3.1"


def test_recipes_prints_a_table(command: Command) -> None:
    said = command("recipes")
    heading, *lines = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    assert heading.split() == [
        *("RECIPE", "TITLE", "DATASET", "GENERATOR", "DISCRIMINATOR", "SOURCE")
    ]
    assert [line.split()[0] for line in lines] == list(recipes.all_recipes())
    assert any("8,513" in line for line in lines)
