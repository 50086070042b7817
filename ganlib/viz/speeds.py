"""Bar chart of training speeds relative to the books' own training loops."""

from collections.abc import Sequence
from typing import Any

from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.layout import chart_layout

_BARS = (
    ("the book's loop", colours.NEUTRAL),
    ("ganlib in float32", colours.OTHERS[2]),
    ("ganlib by default", colours.OTHERS[1]),
)


def speeds_figure(names: Sequence[str], ratios: Sequence[Sequence[float]]) -> Chart:
    """Draws three bars for each recipe, on a logarithmic axis.

    Args:
        names: of the recipes.
        ratios: for each recipe, steps per second divided by those of the book's loop: of that
            loop itself (1), of this library in float32, and of this library by default.
    """
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": name,
            "x": list(names),
            "y": [found[at] for found in ratios],
            "text": [f"{found[at]:.2g}" for found in ratios],
            "textposition": "outside",
            "marker": {"color": colour},
            "hovertemplate": f"%{{y:.3~g}} times<extra>{name}</extra>",
        }
        for at, (name, colour) in enumerate(_BARS)
    ]
    layout = chart_layout(
        title="speed, relative to the book's loop",
        x={},
        y={"type": "log", "dtick": 1},
    )
    return Chart(tuple(traces), {**layout, "barmode": "group", "hovermode": "closest"})
