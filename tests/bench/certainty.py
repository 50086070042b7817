"""How often the distributions page is right, on samples whose distributions are known.

Prints, for every kind of data and size, how often a difference is claimed of equal distributions
(nominal 1 %) and of different ones; and for every distance how often that of equal ones is beyond
its floor (nominal 5 %), and how often the interval of different ones covers the true distance
(nominal 95 % at least). `python -m tests.bench.certainty --cases 1000`
"""

import argparse
from concurrent.futures import ProcessPoolExecutor

from tests.metrics.simulated_comparisons import KINDS, simulate

_SHORT = {
    "Wasserstein-1": "W1",
    "Wasserstein-1 / sigma": "W1/sd",
    "Kolmogorov-Smirnov": "KS",
    "Energy distance": "energy",
    "Jensen-Shannon": "JS",
    "Histogram gap": "gap",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--sizes", nargs="+", type=int, default=[20, 100, 2_000])
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--resamples", type=int, default=1_000)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    options = {"cases": arguments.cases, "resamples": arguments.resamples}
    print(f"| data | size | called different | {' | '.join(_SHORT.values())} |")
    print("|---|---|---|" + "---|" * len(_SHORT))
    with ProcessPoolExecutor(arguments.processes) as pool:
        waiting = {
            (kind, size): [
                pool.submit(simulate, kind, size, differs, **options) for differs in (False, True)
            ]
            for kind in arguments.kinds
            for size in arguments.sizes
        }
        for (kind, size), pair in waiting.items():
            alike, different = (one.result() for one in pair)
            covered = different.covered()
            cells = [f"{100 * alike.beyond_floor[n]:.1f}, {100 * covered[n]:.1f}" for n in _SHORT]
            claimed = f"{alike.claimed:.1%}, {different.claimed:.1%}"
            print(f"| {kind} | {size:,} | {claimed} | {' | '.join(cells)} |", flush=True)
            if alike.disagreed or different.disagreed:
                print(f"{kind} {size}: sentence and table disagree")


if __name__ == "__main__":
    main()
