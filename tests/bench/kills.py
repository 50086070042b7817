"""Training is killed (kill -9) and gone on with: the run must be as if nothing had happened.

`python -m tests.bench.kills [--kills N] [--only NAME]... [--seed S]`: of every recipe,
and of what more a run's future can depend on, first a run that nobody disturbs. Then runs of the
same that are killed at random moments, each time gone on with by a new process, until they are
finished: all figures, samples, scores, weights and files must be equal, bit for bit. Exit code 1
where they are not. Minutes for the toys, the better part of an hour for 200 kills over all.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from ganlib.cli.report import table
from ganlib.runs import Run
from tests.kills.kill_cases import Case, cases
from tests.kills.kill_compare import differences
from tests.kills.kill_moments import KINDS, Times, choose, moment, plan, times
from tests.kills.killed_run import KilledRun, readable, temporaries

# Of one run, so that there are several runs of a case, and their ends are hit, too.
_KILLS_A_RUN = 6


@dataclass
class Result:
    """What became of a case.

    Args:
        name: the case.
        kills: how many of each kind.
        torn: kills that left a checkpoint half-written.
        runs: how many were killed.
        resumes: processes that went on with one.
        differences: what was not equal; nothing is as it should be.
    """

    name: str
    kills: Counter[str] = field(default_factory=Counter)
    torn: int = 0
    runs: int = 0
    resumes: int = 0
    differences: list[str] = field(default_factory=list)

    def row(self) -> list[str]:
        """For the table."""
        return [
            self.name,
            *(str(self.kills[kind]) for kind in KINDS),
            str(self.kills.total()),
            *map(str, (self.torn, self.runs, self.resumes)),
            "equal" if not self.differences else "NOT EQUAL",
        ]


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def torture(case: Case, children: Path, folder: Path, count: int, seed: str) -> Result:
    """Kills a case so often, and compares.

    Args:
        case: what is trained.
        children: folder for the files of its processes.
        folder: for its runs.
        count: of kills.
        seed: decides the moments.
    """
    folder.mkdir()
    chance, result = random.Random(seed), Result(case.name)
    arguments = case.arguments(folder)
    undisturbed = KilledRun(children, arguments, folder / "whole", case.job)
    usual = times(undisturbed.go_on())
    whole = undisturbed.run()
    assert whole is not None
    say(f"{case.name}: undisturbed in {usual.whole:.1f} s, first step after {usual.first_step:.1f}")
    left = plan(count, chance)
    while left.total():
        result.runs += 1
        killed = KilledRun(children, arguments, folder / f"killed{result.runs}", case.job)
        _finish(killed, left, usual, chance, result)
        run = killed.run()
        assert run is not None
        found = [*differences(run, whole), *temporaries(run.path)]
        result.differences += [f"run {result.runs}: {one}" for one in found]
        say(f"{case.name}: run {result.runs} {found or 'is equal'}")
    return result


def _finish(
    killed: KilledRun, left: Counter[str], usual: Times, chance: random.Random, result: Result
) -> None:
    """One run to its end, killed at moments of the kinds that are left."""
    kills = 0
    while not killed.finished:
        run, chosen = killed.run(), None
        if left.total() and kills < _KILLS_A_RUN:
            last = kills == min(_KILLS_A_RUN, kills + left.total()) - 1
            kind = choose(left, run is not None, last, chance)
            chosen = moment(kind, usual, share_left(run), chance)
        session = killed.go_on(chosen)
        result.resumes += run is not None
        if not session.killed or chosen is None:
            continue
        kills += 1
        result.kills[chosen.kind] += 1
        # Of the kind that is wanted, or else of any.
        spent = chosen.kind if left[chosen.kind] else max(left, key=lambda one: left[one])
        left[spent] -= 1
        if (run := killed.run()) is not None:
            result.torn += any("checkpoints" in name for name in temporaries(run.path))
            if not readable(run):
                result.differences.append(f"run {result.runs}: unreadable after {chosen}")
        passed = session.marks[-1].point if session.marks else "the begin"
        at = f"checkpoints {run.checkpoint_steps()}" if run else "no run yet"
        say(f"  {at}, killed ({chosen.kind}) at {session.seconds:.2f} s, after {passed}")


def share_left(run: Run | None) -> float:
    """How much of a run the next session has before it."""
    if run is None or not run.checkpoint_steps():
        return 1.0
    return 1 - run.checkpoint_steps()[-1] / run.status().steps


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="over all cases, at least")
    parser.add_argument("--only", action="append", choices=cases(), help="these cases")
    parser.add_argument("--seed", type=int, default=0, help="decides all moments")
    arguments = parser.parse_args()
    chosen = [cases()[name] for name in arguments.only or cases()]
    # The toys take half the time: they are killed twice as often, and first.
    chosen.sort(key=lambda case: not case.recipe.startswith("toy/"))
    weights = [2 if case.recipe.startswith("toy/") else 1 for case in chosen]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        children = Path(folder) / "children"
        children.mkdir()
        for number, (case, weight) in enumerate(zip(chosen, weights, strict=True)):
            count = ceil(arguments.kills * weight / sum(weights))
            place = Path(folder) / f"case{number}"
            seed = f"{arguments.seed} {case.name}"
            results.append(torture(case, children, place, count, seed))
    failed = [result for result in results if result.differences]
    heading = ["CASE", *map(str.upper, KINDS), "KILLS", "TORN", "RUNS", "RESUMES", "RESULT"]
    print(table([heading, *(result.row() for result in results)]))
    for result in failed:
        print(f"{result.name}: {'; '.join(result.differences)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
