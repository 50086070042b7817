"""How many times as fast as the books' loops."""

from collections.abc import Sequence
from typing import Any

from ganlib.viz import colours
from ganlib.viz.chart import Chart
from ganlib.viz.layout import chart_layout

_LOOKS = (
    ("the book's loop", colours.NEUTRAL),
    ("ours in float32", colours.OTHERS[2]),
    ("ours by default", colours.OTHERS[1]),
)


def speeds_figure(
    names: Sequence[str], ratios: Sequence[Sequence[float]], *, height: int = 360
) -> Chart:
    """Bars side by side for each recipe, on a logarithmic axis.

    Args:
        names: of recipes.
        ratios: for each recipe steps per second over those of the book's loop: of that loop
            itself, ours in float32, ours by default.
        height: pixels.
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
        for at, (name, colour) in enumerate(_LOOKS)
    ]
    layout = chart_layout(
        title="steps a second, over the book's loop",
        uirevision="speeds",
        height=height,
        x={},
        y={"type": "log", "dtick": 1},
    )
    return Chart(tuple(traces), {**layout, "barmode": "group", "hovermode": "closest"})
