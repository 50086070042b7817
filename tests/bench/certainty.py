"""How often the distributions page is right, on samples whose distributions are known.

Prints, for every kind of data and size, how often a difference is claimed of identical
distributions (nominal 1 %) and of different ones (power), and for every distance how often it
is beyond its floor (nominal 5 %) and how often its interval covers the true distance (nominal
95 % at least). `python -m tests.bench.certainty --cases 1000`
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.metrics.simulated_comparisons import KINDS, Rates, simulate

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
    print(f"| data | size | claimed: alike, different | | {' | '.join(_SHORT.values())} |")
    print("|---|---|---|---|" + "---|" * len(_SHORT))
    with ProcessPoolExecutor(arguments.processes) as pool:
        waiting = [
            (
                kind,
                size,
                [
                    pool.submit(
                        simulate,
                        kind,
                        size,
                        differs,
                        cases=arguments.cases,
                        resamples=arguments.resamples,
                    )
                    for differs in (False, True)
                ],
            )
            for kind in arguments.kinds
            for size in arguments.sizes
        ]
        for kind, size, pair in waiting:
            _show(kind, size, *(one.result() for one in pair))


def _show(kind: str, size: int, alike: Rates, different: Rates) -> None:
    claimed = f"{alike.claimed:.1%}, {different.claimed:.1%}"
    rows = {
        "alike, beyond the floor": alike.beyond_floor,
        "alike, covered": alike.covered(),
        "different, covered": different.covered(),
        "of these begin too high": different.too_high,
    }
    for at, (label, found) in enumerate(rows.items()):
        cells = " | ".join(f"{found[name]:.1%}" for name in _SHORT)
        start = f"{kind} | {size:,} | {claimed}" if at == 0 else " | | "
        print(f"| {start} | {label} | {cells} |")
    for label, found in (
        ("true distance", different.truth),
        ("mean value", different.value),
        ("mean corrected", different.corrected),
    ):
        print(f"| | | | {label} | {' | '.join(f'{found[name]:.3f}' for name in _SHORT)} |")
    for label, rates in (("alike", alike), ("different", different)):
        if rates.disagreed:
            print(f"<!-- {kind} {size} {label}: rules disagree in {rates.disagreed:.1%} -->")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
