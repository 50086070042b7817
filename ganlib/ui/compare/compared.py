"""Two samples that somebody has chosen to compare."""

from dataclasses import dataclass

from ganlib.metrics.weighted_sample import EVERYWHERE, WeightedSample
from ganlib.viz.pair import REAL_AND_GENERATED, Pair


@dataclass(frozen=True, eq=False)
class Compared:
    """What the panels show.

    Args:
        key: names these two samples; equal keys, equal samples.
        place: names where they come from; zooms are kept for as long as it stays the same.
        title: what is compared, in a line.
        first: what is compared with; where it is empty, the panels say so.
        second: what is compared; likewise.
        pair: names and colours.
        notes: what a reader must know, in sentences.
        within: the least and the greatest that a value can be.
        live: more is to come in a second, so that nothing may take long.
    """

    key: str
    place: str
    title: str
    first: WeightedSample
    second: WeightedSample
    pair: Pair = REAL_AND_GENERATED
    notes: tuple[str, ...] = ()
    within: tuple[float, float] = EVERYWHERE
    live: bool = False
