"""The two samples that are compared."""

from dataclasses import dataclass

from ganlib.metrics.weighted_sample import EVERYWHERE, WeightedSample
from ganlib.viz.pair import REAL_AND_GENERATED, Pair


@dataclass(frozen=True, eq=False)
class Compared:
    """Two samples and their description.

    Args:
        key: identifies the samples; equal keys mean equal samples.
        place: identifies their source; zooms are kept for as long as it stays the same.
        title: one line on what is compared.
        first: the reference sample; may be empty.
        second: the sample compared with it; may be empty.
        pair: names and colours.
        notes: sentences shown below the title.
        within: smallest and greatest possible value.
        live: whether the samples are updated every second, so that the comparison must be fast.
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
