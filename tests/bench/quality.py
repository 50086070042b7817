"""Trains a recipe from several seeds at several precisions and compares what comes out.

Prints the final Fréchet distance of every run, and mean and standard deviation of each precision.

python -m tests.bench.quality mnist/dcgan --seeds 3 --steps 1000
python -m tests.bench.quality quickdraw/conv --precisions float32 --set categories=cat --json
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass

import numpy as np


@dataclass(frozen=True)
class Trained:
    """One run.

    Args:
        precision: the knob's value.
        seed: of the run.
        score: its final Fréchet distance; lower is better.
        steps_per_second: as the run reports it.
    """

    precision: str
    seed: int
    score: float
    steps_per_second: float


def trained(
    recipe: str, precision: str, seed: int, steps: int | None, knobs: list[str], runs: str
) -> Trained:
    """Trains one run in a process of its own."""
    command = [sys.executable, "-m", "ganlib", "train", recipe, "--json"]
    command += ["--seed", str(seed), "--runs", runs]
    command += ["--steps", str(steps)] if steps else []
    for knob in (f"precision={precision}", *knobs):
        command += ["--set", knob]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    report = json.loads(done.stdout)
    return Trained(precision, seed, report["metrics"]["frechet"], report["steps_per_second"])


def summary(runs: list[Trained]) -> dict[str, float]:
    """Mean, standard deviation and speed of the runs of one precision."""
    scores = np.array([run.score for run in runs])
    return {
        "mean": float(scores.mean()),
        "sd": float(scores.std(ddof=1)) if len(scores) > 1 else float("nan"),
        "lowest": float(scores.min()),
        "highest": float(scores.max()),
        "steps_per_second": float(np.mean([run.steps_per_second for run in runs])),
    }


def table(found: dict[str, list[Trained]]) -> str:
    """A row a precision, a column a seed."""
    seeds = [run.seed for run in next(iter(found.values()))]
    heads = [*(f"seed {seed}" for seed in seeds), "mean", "sd", "steps/s"]
    lines = [f"{'':16}" + "".join(f"{head:>10}" for head in heads)]
    for precision, runs in found.items():
        line = summary(runs)
        figures = [*(run.score for run in runs), line["mean"], line["sd"]]
        cells = "".join(f"{figure:10.3f}" for figure in figures)
        lines.append(f"{precision:16}{cells}{line['steps_per_second']:10.2f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("recipe", help="one that draws images of 28 x 28, or `progressive`")
    parser.add_argument("--seeds", type=int, default=3, help="how many, counted from 0")
    parser.add_argument("--steps", type=int, help="of each run; the recipe's own by default")
    parser.add_argument("--precisions", nargs="+", default=["float32", "mixed_bfloat16"])
    parser.add_argument("--set", dest="knobs", action="append", default=[], metavar="KNOB=VALUE")
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the table")
    arguments = parser.parse_args()
    found: dict[str, list[Trained]] = {precision: [] for precision in arguments.precisions}
    with tempfile.TemporaryDirectory() as runs:
        # Seed by seed, so that what else the machine does falls on all precisions alike.
        for seed in range(arguments.seeds):
            for precision in arguments.precisions:
                run = trained(
                    arguments.recipe, precision, seed, arguments.steps, arguments.knobs, runs
                )
                found[precision].append(run)
                print(f"{precision}, seed {seed}: {run.score:.3f}", file=sys.stderr, flush=True)
    if arguments.json:
        rows = {
            precision: {"runs": [asdict(run) for run in runs], **summary(runs)}
            for precision, runs in found.items()
        }
        print(json.dumps({"recipe": arguments.recipe, "precisions": rows}, indent=1))
    else:
        print(f"{arguments.recipe}, final Fréchet distance, lower is better")
        print(table(found))


if __name__ == "__main__":
    main()
