"""The memory that trainings are said to take, beside what they take.

`python -m tests.bench.memory [--json FILE]`: each case is trained for a few steps in a process of
its own, with a checkpoint and the final scores, as a run has them. Its peak is the system's count
of resident memory; what the process had when TensorFlow was loaded is taken off.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from ganlib import recipes
from ganlib.runs import RunControl, RunStore, execute, make_trainer

STEPS = 3
CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("toy/scalar", {}),
    ("toy/scalar", {"batch_size": 8_192, "generator_units": 1_024, "discriminator_units": 1_024}),
    ("toy/scalar", {"batch_size": 1_024, "gradient_penalty": "none", "minibatch_kernels": 32}),
    ("toy/scalar", {"batch_size": 2_048, "gradient_penalty": "none", "unrolled_steps": 5,
                    "generator_units": 512, "discriminator_units": 512}),
    ("toy/gaussian-vector", {"batch_size": 8_192, "hidden_units": 4_096}),
    ("mnist/dcgan", {}),
    ("mnist/dcgan", {"batch_size": 1_024, "precision": "float32"}),
    ("mnist/dcgan", {"batch_size": 2_048, "packing": 2, "spectral_normalisation": True}),
    ("mnist/dcgan", {"batch_size": 256, "unrolled_steps": 3}),
    ("mnist/basic", {"batch_size": 1_024, "optimiser": "rmsprop"}),
    ("fashion/dense", {"batch_size": 8_192}),
    ("progressive", {"batch_size": 256, "images_per_phase": 1}),
    ("quickdraw/conv", {"batch_size": 512}),
    ("quickdraw/conv", {"batch_size": 256, "gradient_penalty": "r1_r2", "label_smoothing": 0}),
    ("wgan/clip", {"batch_size": 1_024}),
    ("wgan/gp", {"batch_size": 512, "precision": "float32"}),
    ("sngan", {"batch_size": 1_024}),
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """A case.

    Args:
        recipe: its name.
        knobs: other than its own.
        said_mb: how much it was said to take.
        loaded_mb: of the process before it.
        peak_mb: of the process at its highest.
    """

    recipe: str
    knobs: dict[str, Any]
    said_mb: float
    loaded_mb: float
    peak_mb: float

    @property
    def took_mb(self) -> float:
        return self.peak_mb - self.loaded_mb

    def row(self) -> str:
        whole = (self.loaded_mb + self.said_mb) / self.peak_mb
        knobs = " ".join(f"{name}={value}" for name, value in self.knobs.items())
        return (
            f"{self.recipe:20} {self.said_mb:7,.0f} {self.took_mb:7,.0f} "
            f"{self.said_mb / self.took_mb:6.2f} {whole:6.2f}  {knobs}"
        )


def measure(name: str, knobs: dict[str, Any]) -> Measured:
    """Trains in a process of its own.

    Raises:
        RuntimeError: it did not finish.
    """
    command = [
        sys.executable,
        "-m",
        "tests.bench.memory",
        "--one",
        name,
        "--knobs",
        json.dumps(knobs),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{name} {knobs}: {done.stderr.strip()[-500:]}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def train_here(name: str, knobs: dict[str, Any]) -> Measured:
    """Trains in this process, which must not have trained before."""
    recipe = recipes.get(name)
    config = recipe.parse({**knobs, "steps": STEPS, "checkpoint_every": STEPS - 1})
    from ganlib.training.memory_estimate import memory_estimate

    said = memory_estimate(recipe, config).at(config.batch_size)
    loaded = psutil.Process().memory_info().rss
    with tempfile.TemporaryDirectory() as folder:
        run = RunStore(folder).create(name, config)
        if execute(run, make_trainer, RunControl()) != "finished":
            raise RuntimeError(run.status().message)
    return Measured(name, knobs, said / 1e6, loaded / 1e6, _peak() / 1e6)


def _peak() -> int:
    """Highest resident memory so far; getrusage would count what the parent had."""
    [line] = [
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM:")
    ]
    return int(line.split()[1]) * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--knobs", default="{}", help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="a file to write the figures to")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(asdict(train_here(options.one, json.loads(options.knobs)))))
        return
    print(f"{'RECIPE':20} {'SAID MB':>7} {'TOOK MB':>7} {'RATIO':>6} {'WHOLE':>6}  KNOBS")
    found = []
    for name, knobs in CASES:
        found.append(measure(name, knobs))
        print(found[-1].row(), flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in found]))


if __name__ == "__main__":
    main()
