"""The layout all charts share: tight margins, legend on top, nothing that moves by itself."""

import math
from typing import Any, Literal

from ganlib.viz import colours

# From this size on, a number is labelled with a prefix of SI; from so many widths of the axis
# away from 0 on, by its difference from a round one; and at most so many labels there are then.
_LARGE = 1e5
_FAR = 2e4
_LABELS = 6

XKind = Literal["step", "seconds"]


def chart_layout(
    *,
    title: str,
    uirevision: str,
    height: int,
    x: dict[str, Any],
    y: dict[str, Any],
    note: str = "",
) -> dict[str, Any]:
    """A Plotly layout.

    Args:
        title: what the vertical axis shows, such as "loss".
        uirevision: zoom and hidden curves are kept for as long as this stays the same;
            the run's id is a good one. Each axis adds its own kind, so that a zoom on
            steps is not applied to seconds, nor one on a linear axis to a logarithmic.
        height: pixels.
        x: what the horizontal axis adds or changes.
        y: what the vertical axis adds or changes.
        note: a sentence shown in the middle, where there is nothing else to see.
    """
    annotations = [_note(note)] if note else []
    return {
        "height": height,
        "uirevision": uirevision,
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        # Fixed on the left: labels that change their width must not move the curves.
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
        "xaxis": _axis(uirevision, x),
        "yaxis": _axis(uirevision, {"title": {"text": title, "standoff": 8}, **y}),
        "annotations": annotations,
    }


def x_axis(kind: XKind) -> dict[str, Any]:
    """The horizontal axis of curves over training: steps, or seconds without pauses."""
    if kind == "step":
        title, hover = "step", "step %{x:,d}"
    else:
        title, hover = "seconds of training", "%{x:,.1f} s"
    return {
        "title": {"text": title, "standoff": 6},
        "unifiedhovertitle": {"text": hover},
        # 10,000 and not 10^4; 0.5 where somebody has zoomed in.
        "tickformat": ",.12~g",
        "nticks": 7,
        "tickangle": 0,
        "rangemode": "tozero",
        "uirevision": kind,
    }


def value_axis(
    low: float, high: float, hover: str = "%{x:.4~g}", title: str = "value"
) -> dict[str, Any]:
    """The horizontal axis of the data's own values.

    Args:
        low: left end.
        high: right end.
        hover: what a hover says of its place.
        title: what it shows.
    """
    return {
        **value_labels(low, high, title),
        "unifiedhovertitle": {"text": hover},
        "range": [low, high],
        "tickangle": 0,
        "nticks": 9,
    }


def log_axis(lowest: float, highest: float) -> dict[str, Any]:
    """A logarithmic axis labelled 0.1, 0.2, 0.5, 1 ... where Plotly would write 2, 5, 10^-1.

    Within less than a decade there may be none of these, but there Plotly's own are good.

    Args:
        lowest: smallest value shown, above 0.
        highest: largest value shown.
    """
    if highest < 10 * lowest:
        return {"type": "log", "tickformat": "~g"}
    first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
    leading = (1, 2, 5) if last - first <= 3 else (1,)
    ticks = [digit * 10.0**power for power in range(first, last + 1) for digit in leading]
    # Short, or the title of the axis would be written over: 1e-5 and not 0.00001.
    text = [f"{tick:g}".replace("e-0", "e-") for tick in ticks]
    return {"type": "log", "tickvals": ticks, "ticktext": text}


def upright(x: float) -> dict[str, Any]:
    """A dotted line from the bottom to the top of a chart."""
    line = {"color": colours.NEUTRAL, "width": 1, "dash": "dot"}
    return {"type": "line", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def value_labels(low: float, high: float, title: str = "") -> dict[str, Any]:
    """What an axis of values adds, so that labels are short where values are large.

    Values of 100,000 and more are labelled as 100k or 5M. Where they lie so far from 0 that
    all labels would begin with the same digits, the labels say how far from a round number,
    which the title names.

    Args:
        low: the axis' lower end.
        high: its upper end.
        title: what it shows; empty where only such a number is to be named.
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


def _axis(uirevision: str, extra: dict[str, Any]) -> dict[str, Any]:
    return {
        "zeroline": False,
        "showline": False,
        # Invisible ticks keep the labels off the curves.
        "ticks": "outside",
        "ticklen": 6,
        "tickcolor": "rgba(0, 0, 0, 0)",
        "nticks": 6,
        "separatethousands": True,
        "exponentformat": "power",
        **extra,
        "uirevision": f"{uirevision} {extra.get('uirevision', '')}",
    }


def _note(text: str) -> dict[str, Any]:
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
        "showarrow": False,
        # Above the line that may be drawn in the middle.
        "yshift": 12,
    }
