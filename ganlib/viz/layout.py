"""Layout shared by all charts: tight margins, a legend on top, and no jumps at updates."""

import html
import math
from typing import Any, Literal

from ganlib.viz import colours

# Numbers from _LARGE on are labelled with SI prefixes. If an axis is farther from 0 than _FAR
# times its width, labels are differences from a round number, at most _LABELS of them.
_LARGE = 1e5
_FAR = 2e4
_LABELS = 6
_TITLE_CHARACTERS = 40

XKind = Literal["step", "seconds", "samples"]


def chart_layout(
    *,
    title: str,
    x: dict[str, Any],
    y: dict[str, Any],
    note: str = "",
) -> dict[str, Any]:
    """Returns a Plotly layout.

    Args:
        title: of the vertical axis, such as "loss".
        x: additional settings of the horizontal axis.
        y: additional settings of the vertical axis.
        note: a sentence in the middle of an empty chart.
    """
    annotations = [_note(note)] if note else []
    return {
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        # The left margin is fixed, so that wider labels do not move the curves.
        "margin": {"l": 64, "r": 12, "t": 34, "b": 42},
        "separators": ".,",
        "hovermode": "x unified",
        "dragmode": "zoom",
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "yref": "container",
            "y": 1,
            "yanchor": "top",
            "itemwidth": 30,
        },
        "xaxis": _axis(x),
        "yaxis": _axis({"title": {"text": title, "standoff": 8}, **y}),
        "annotations": annotations,
    }


def x_axis(kind: XKind) -> dict[str, Any]:
    """Returns the horizontal axis of curves over training.

    Args:
        kind: "step", "seconds" (of training, without pauses) or "samples" (real samples seen).
    """
    title, hover = {
        "step": ("step", "step %{x:,d}"),
        "seconds": ("seconds of training", "%{x:,.1f} s"),
        "samples": ("real samples seen", "%{x:,d} samples"),
    }[kind]
    return {
        "title": {"text": title, "standoff": 6},
        "unifiedhovertitle": {"text": hover},
        # 10,000 instead of 10^4, and 0.5 on a zoomed axis.
        "tickformat": ",.12~g",
        "nticks": 7,
        "tickangle": 0,
        "rangemode": "tozero",
        "uirevision": kind,
    }


def axis_title(name: str) -> str:
    """Returns a name that users chose as a title: without markup, and not too long."""
    return html.escape(name if len(name) <= _TITLE_CHARACTERS else f"{name[:_TITLE_CHARACTERS]}…")


def value_axis(
    low: float, high: float, hover: str = "%{x:.4~g}", title: str = "value"
) -> dict[str, Any]:
    """Returns a horizontal axis of data values.

    Args:
        low: left end.
        high: right end.
        hover: Plotly template of the heading of a hover.
        title: of the axis.
    """
    return {
        **value_labels(low, high, title),
        "unifiedhovertitle": {"text": hover},
        "range": [low, high],
        "tickangle": 0,
        "nticks": 9,
    }


def log_axis(lowest: float, highest: float) -> dict[str, Any]:
    """Returns a logarithmic axis labelled 0.1, 0.2, 0.5, 1, where Plotly would write 2, 5, 10^-1.

    An axis of less than a decade keeps Plotly's labels, because it may contain none of these.

    Args:
        lowest: smallest value shown, above 0.
        highest: largest value shown.
    """
    if highest < 10 * lowest:
        return {"type": "log", "tickformat": "~g"}
    first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
    leading = (1, 2, 5) if last - first <= 3 else (1,)
    ticks = [digit * 10.0**power for power in range(first, last + 1) for digit in leading]
    # 1e-5 instead of 0.00001, which would overlap the title of the axis.
    text = [f"{tick:g}".replace("e-0", "e-") for tick in ticks]
    return {"type": "log", "tickvals": ticks, "ticktext": text}


def vertical_line(x: float) -> dict[str, Any]:
    """Returns a dotted line from the bottom to the top of a chart, as a Plotly shape."""
    line = {"color": colours.NEUTRAL, "width": 1, "dash": "dot"}
    return {"type": "line", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def value_labels(low: float, high: float, title: str = "") -> dict[str, Any]:
    """Returns axis settings that keep the labels of large values short.

    Values of 100,000 and more are labelled as 100k or 5M. If the axis is so far from 0 that all
    labels would start with the same digits, they are differences from a round number, which is
    named in the title.

    Args:
        low: lower end of the axis.
        high: upper end of the axis.
        title: of the axis; if empty, there is a title only to name a round number.
    """
    largest, width = max(abs(low), abs(high)), high - low
    if largest < _FAR * width:
        titled = {"title": {"text": title, "standoff": 6}} if title else {}
        return titled | ({"tickformat": "~s"} if largest >= _LARGE else {})
    unit = 10.0 ** math.floor(math.log10(width / 2))
    stride = next(unit * by for by in (1, 2, 5, 10) if width / (unit * by) <= _LABELS)
    round_number = round((low + high) / 2 / (10 * unit)) * 10 * unit
    first, last = (
        math.ceil((low - round_number) / stride),
        math.floor((high - round_number) / stride),
    )
    away = [stride * at for at in range(first, last + 1)]
    sign = "less" if round_number > 0 else "plus"
    return {
        "title": {"text": f"{title or 'value'} {sign} {abs(round_number):,.15g}", "standoff": 6},
        "tickvals": [round_number + one for one in away],
        "ticktext": [f"{one:.6g}" for one in away],
    }


def _axis(extra: dict[str, Any]) -> dict[str, Any]:
    return {
        "zeroline": False,
        "showline": False,
        # Invisible ticks keep a distance between labels and curves.
        "ticks": "outside",
        "ticklen": 6,
        "tickcolor": "rgba(0, 0, 0, 0)",
        "nticks": 6,
        "separatethousands": True,
        "exponentformat": "power",
        **extra,
    }


def _note(text: str) -> dict[str, Any]:
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
        "showarrow": False,
        # Above a line that may be drawn in the middle.
        "yshift": 12,
    }
