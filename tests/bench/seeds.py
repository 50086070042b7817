"""Trains a recipe from several seeds and prints its scores: each, their mean and standard error.

python -m tests.bench.seeds toy/plane --seeds 10 --set target=ring8
python -m tests.bench.seeds mnist/dcgan --seeds 3 --set steps=1000 --set precision=float32
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe")
    parser.add_argument("--seeds", type=int, default=5, help="how many, counted from 0")
    parser.add_argument("--set", dest="knobs", action="append", default=[], metavar="KNOB=VALUE")
    arguments = parser.parse_args()
    rows: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as runs:
        for seed in range(arguments.seeds):
            began = time.monotonic()
            command = [sys.executable, "-m", "ganlib", "train", arguments.recipe]
            command += ["--seed", str(seed), "--runs", runs, "--json"]
            for knob in arguments.knobs:
                command += ["--set", knob]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
            report = json.loads(done.stdout)
            rows.append({"seconds": time.monotonic() - began, **report["metrics"]})
            print(f"seed {seed}: " + told(rows[-1]), flush=True)
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else float("nan")
        print(
            f"{name}: mean {values.mean():.4g}, standard error {error:.2g}, "
            f"{values.min():.4g} to {values.max():.4g}"
        )


def told(row: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in row.items())


if __name__ == "__main__":
    main()
