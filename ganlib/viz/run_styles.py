"""Colours and dash patterns of the lines of several runs."""

import zlib
from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import NamedTuple

# Apart from the colours with a fixed meaning in `ganlib.viz.colours`. Each has a contrast of about
# 3:1 or more with white and with the dark background.
_COLOURS = ("#C2479B", "#B08400", "#2B94BF", "#7B61CC", "#5B9A32", "#8C5A3C", "#6F7C8A")
# Lengths of dashes and gaps in pixels, in Plotly's notation.
_DASHES = (
    "solid",
    "8px,4px",
    "2px,3px",
    "12px,3px,2px,3px",
    "16px,6px",
    "5px,2px",
    "8px,3px,2px,3px,2px,3px",
    "2px,7px",
    "20px,3px,6px,3px",
    "4px,6px",
    "12px,3px,2px,3px,2px,3px,2px,3px",
    "14px,2px",
)


class RunStyle(NamedTuple):
    """The look of a run's lines.

    Args:
        colour: of the form #RRGGBB.
        dash: pattern in Plotly's notation.
    """

    colour: str
    dash: str

    def css(self) -> str:
        """Returns a CSS background that looks like the line."""
        lengths = [1] if self.dash == "solid" else [int(one[:-2]) for one in self.dash.split(",")]
        stops = ", ".join(
            f"{'transparent' if at % 2 else self.colour} {start}px {end}px"
            for at, (start, end) in enumerate(pairwise(accumulate(lengths, initial=0)))
        )
        return f"repeating-linear-gradient(90deg, {stops})"


def run_styles(run_ids: Iterable[str]) -> dict[str, RunStyle]:
    """Returns a style for each run, so that all can be told apart, also without their colours.

    A run's style follows from its id. It differs between two comparisons only if another run in
    one of them has a claim to the same colour or dash pattern. The number of colours and that of
    patterns have no common divisor, so 84 runs have different styles, and 12 different patterns.

    Args:
        run_ids: the compared runs; their order does not matter.
    Example:
        >>> styles = run_styles(["20260101-0000-000000000001", "20260101-0000-000000000002"])
        >>> len({style.dash for style in styles.values()})
        2
    """
    slots = len(_COLOURS) * len(_DASHES)
    taken: list[int] = []

    def cost(slot: int, wanted: int) -> tuple[int, int, int, int]:
        same = [
            sum(slot % size == other % size for other in taken)
            for size in (len(_DASHES), len(_COLOURS))
        ]
        return taken.count(slot), same[0], same[1], (slot - wanted) % slots

    # Ids begin with the time of creation: a new run does not change the style of older ones.
    ordered = sorted(run_ids)
    for run_id in ordered:
        wanted = zlib.crc32(run_id.encode()) % slots
        taken.append(min(range(slots), key=lambda slot: cost(slot, wanted)))
    return {
        run_id: RunStyle(_COLOURS[slot % len(_COLOURS)], _DASHES[slot % len(_DASHES)])
        for run_id, slot in zip(ordered, taken, strict=True)
    }
