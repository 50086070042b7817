"""When to kill: at random, and yet often enough where it could hurt most."""

import random
from collections import Counter
from dataclasses import dataclass

from tests.kills.kill_processes import Moment, Session

# What a kill is to hit, and how many of ten do.
KINDS = {
    "start-up": 1,
    "resume": 2,
    "checkpoint": 3,
    "samples": 1,
    "scoring": 1,
    "any time": 2,
}

_FIRST_STEP = "event Metrics"
_SCORING = "phase scoring the generator"
_LAST = "event Finished"
# In a checkpoint, about; those of the recipes have 40 to 150.
_ARRAYS = 40


@dataclass(frozen=True)
class Times:
    """How long an undisturbed session takes, from its job on, in seconds.

    Args:
        first_step: until the first figures.
        scoring: until the final scores are begun.
        scored: until there are final scores.
        whole: until its end.
        checkpoint: one checkpoint's writing.
        samples: one step's samples' writing.
        checkpoints: how many it writes.
        sampled: of how many steps it keeps samples.
    """

    first_step: float
    scoring: float
    scored: float
    whole: float
    checkpoint: float
    samples: float
    checkpoints: int
    sampled: int


def times(session: Session) -> Times:
    """Those of a session that nobody has killed."""
    moments: dict[str, list[float]] = {}
    for mark in session.marks:
        moments.setdefault(mark.point, []).append(mark.s)
    return Times(
        first_step=moments[_FIRST_STEP][0],
        scoring=moments[_SCORING][0],
        scored=moments[_LAST][0],
        whole=session.seconds,
        checkpoint=_longest(moments, "checkpoints"),
        samples=_longest(moments, "samples"),
        checkpoints=len(moments["rename checkpoints"]),
        sampled=len(moments["event Samples"]),
    )


def plan(count: int, chance: random.Random) -> Counter[str]:
    """How many kills of each kind: in every ten as `KINDS` has it, and any of them in a rest."""
    kinds = [kind for kind, share in KINDS.items() for _ in range(share)]
    return Counter(kinds * (count // len(kinds)) + chance.sample(kinds, count % len(kinds)))


def choose(left: Counter[str], begun: bool, last: bool, chance: random.Random) -> str:
    """Of the kinds that are left, one that a session can be killed in.

    Args:
        left: how many of each.
        begun: whether there is a run already, so that the session is a resume.
        last: whether the run is to be finished after it.
        chance: decides.
    """
    # Killed in the end, a run has little left to be killed in.
    wrong = {"start-up" if begun else "resume"} | (set() if last else {"scoring"})
    kinds = [kind for kind in left.elements() if kind not in wrong]
    return chance.choice(kinds or ["resume" if begun else "start-up"])


def moment(kind: str, usual: Times, share: float, chance: random.Random) -> Moment:
    """A random moment of a kind.

    Args:
        kind: one of `KINDS`.
        usual: what a session takes.
        share: how much of the run the session has before it.
        chance: decides.
    """
    if kind in ("start-up", "resume"):
        return _before_first_step(kind, usual, chance)
    if kind == "checkpoint":
        count = chance.randint(1, max(1, int(usual.checkpoints * share)))
        return _in_write(kind, "checkpoints", count, usual.checkpoint, chance)
    if kind == "samples":
        count = chance.randint(1, max(1, int(usual.sampled * share)))
        return _in_write(kind, "samples", count, usual.samples, chance)
    if kind == "scoring":
        return _in_scoring(kind, usual, chance)
    whole = usual.first_step + share * (usual.whole - usual.first_step)
    return Moment(kind, delay_s=chance.uniform(0.0, whole))


def _before_first_step(kind: str, usual: Times, chance: random.Random) -> Moment:
    if chance.random() < 0.5:
        return Moment(kind, delay_s=chance.uniform(0.0, usual.first_step))
    # Some of them only where a resume has something to cut off.
    point = chance.choice(
        (
            "phase loading",
            "phase building the networks",
            "rename status.json",
            "event Started",
            "rename metrics.log",
            "rename scores.jsonl",
            "remove samples",
            _FIRST_STEP,
        )
    )
    return Moment(kind, {point: 1, _FIRST_STEP: 1}, hold=True)


def _in_write(kind: str, what: str, count: int, seconds: float, chance: random.Random) -> Moment:
    if chance.random() < 0.5:
        delay_s = chance.uniform(0.0, 1.2 * seconds)
        return Moment(kind, {f"open {what}": count}, delay_s=delay_s)
    if what == "samples":
        return Moment(kind, {f"{chance.choice(('open', 'rename'))} {what}": count}, hold=True)
    step = chance.choice(("open", "write", "fsync", "rename", "sync", "remove"))
    if step == "write":
        count *= chance.randint(1, _ARRAYS)
    # There are none to remove in the beginning.
    points = {f"{step} {what}": count} | ({f"rename {what}": 3} if step == "remove" else {})
    return Moment(kind, points, hold=True)


def _in_scoring(kind: str, usual: Times, chance: random.Random) -> Moment:
    if chance.random() < 0.5:
        delay_s = chance.uniform(0.0, usual.scored - usual.scoring)
        return Moment(kind, {_SCORING: 1}, delay_s=delay_s)
    # The last checkpoint and the last status come after it.
    delay_s = chance.uniform(0.0, 2 * usual.checkpoint)
    return Moment(kind, {_LAST: 1}, delay_s=delay_s)


def _longest(moments: dict[str, list[float]], what: str) -> float:
    pairs = zip(moments[f"open {what}"], moments[f"rename {what}"], strict=True)
    return max(end - begin for begin, end in pairs)
