"""Our trainer beside eager PyTorch, on the same networks, in turns.

`python -m tests.bench.rivals --pytorch INTERPRETER`, where the interpreter is one that has
PyTorch: a virtual environment of its own with `pip install torch numpy`.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
from pathlib import Path

from ganlib import recipes

PYTORCH_LOOP = str(Path(__file__).with_name("pytorch_loop.py"))
RECIPES = ("mnist/dcgan", "quickdraw/conv")
PRECISIONS = ("float32", "mixed_bfloat16")


class Contender:
    """A process that trains while it is asked to, and is stopped in between.

    Args:
        command: of the process.
    """

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def rate(self, seconds: float) -> float:
        """Steps per second over that time."""
        assert self._process.stdin and self._process.stdout
        os.kill(self._process.pid, signal.SIGCONT)
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self._process.args} ended with {self._process.wait()}.")
        os.kill(self._process.pid, signal.SIGSTOP)
        return float(answer)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


def train_ours(name: str, precision: str) -> None:
    """Does with our trainer what `pytorch_loop.py` does, in a process of its own."""
    from ganlib.bench.speed import trainer_turns

    train = trainer_turns(recipes.get(name), {"precision": precision})
    for line in sys.stdin:
        steps, seconds = train(float(line))
        print(steps / seconds, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--pytorch", default=sys.executable, help="an interpreter that has it")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    if options.ours:
        return train_ours(*options.ours)
    for recipe in RECIPES:
        for precision in PRECISIONS:
            pair = {
                "ours": Contender(
                    sys.executable, "-m", "tests.bench.rivals", "--ours", recipe, precision
                ),
                "pytorch": Contender(options.pytorch, PYTORCH_LOOP, recipe, precision),
            }
            for one in pair.values():
                one.rate(2)
            rates: dict[str, list[float]] = {name: [] for name in pair}
            for _ in range(options.repeats):
                for name, one in pair.items():
                    rates[name].append(one.rate(options.seconds))
            for one in pair.values():
                one.end()
            ratios = [a / b for a, b in zip(rates["ours"], rates["pytorch"], strict=True)]
            ours, theirs, ratio = (
                statistics.median(values) for values in (*rates.values(), ratios)
            )
            print(
                f"{recipe} in {precision}: ours {ours:.2f}, PyTorch {theirs:.2f} steps/s, ratio "
                f"{ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            )


if __name__ == "__main__":
    main()
