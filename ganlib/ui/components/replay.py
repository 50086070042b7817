"""Plays through the saved steps of runs in the browser, without asking the server."""

from collections.abc import Sequence
from dataclasses import dataclass

from ganlib.ui.components.component import component
from ganlib.viz.colours import GENERATED, REAL
from ganlib.viz.replay import Replay

_COMPONENT = component("replay", styles=["player"])


@dataclass(frozen=True)
class ReplayCard:
    """A run with its replay.

    Args:
        id: of the run.
        name: of the run.
        href: address of the run's page.
        steps: saved steps, ascending, at least one.
        captions: a few words on the samples of each step, such as their quality.
        replay: samples of each step.
    """

    id: str
    name: str
    href: str
    steps: Sequence[int]
    captions: Sequence[str]
    replay: Replay


def replays(cards: Sequence[ReplayCard], *, key: str) -> str | None:
    """Shows cards side by side, which play until someone takes their slider.

    Where the system asks for reduced motion, they show their last step and play on request.

    Args:
        cards: the runs.
        key: unique on the page.
    Returns:
        The id of the run that was just opened; None if none was.
    """
    colours = {"real": REAL, "generated": GENERATED}
    runs = [{**vars(card), **card.replay.fields(), "replay": None} for card in cards]
    data = {"runs": runs, "colours": colours}
    opened = _COMPONENT(key=key, data=data, on_opened_change=lambda: None).opened
    return str(opened) if opened else None
