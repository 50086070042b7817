"""Our trainer, as `rivals.py` runs it: as `pytorch_loop.py`, line by line."""

import sys

from ganlib import recipes
from ganlib.bench.speed import trainer_turns


def main() -> None:
    name, precision = sys.argv[1:]
    train = trainer_turns(recipes.get(name), {"precision": precision})
    for line in sys.stdin:
        steps, seconds = train(float(line))
        print(steps / seconds, flush=True)


if __name__ == "__main__":
    main()
