"""A chart as plain data: cheap to build many times a second, a Plotly figure on request.

Building and validating a `plotly.graph_objects.Figure` takes 5 to 10 ms and turning it
into JSON half as long again, which is more than all the arithmetic behind a live chart.
"""

import base64
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


# float32 is used only for values at most this many times their range away from 0, and for
# magnitudes between the second constant and its inverse.
_MAX_OFFSET = 1e4
_MIN_FLOAT32 = 1e-30


@dataclass(frozen=True)
class Chart:
    """Traces and layout in Plotly's own terms; arrays are numpy arrays.

    Args:
        traces: Plotly's `data`.
        layout: Plotly's `layout`. It names no colours of text, paper or grid, which the page's
            theme decides, and no height. Axes with another `uirevision` do not keep a zoom.
    """

    traces: tuple[dict[str, Any], ...]
    layout: dict[str, Any]

    def to_plotly(self, height: int = 280) -> "Figure":
        """Returns the chart as a validated Plotly figure, for notebooks and export.

        Args:
            height: pixels.
        """
        from plotly.graph_objects import Figure

        layout = {"template": "plotly_white", "height": height, **self.layout}
        return Figure(list(self.traces), layout)

    def json(self) -> bytes:
        """Returns the chart as a line of JSON for plotly.js, with arrays as base64; cached.

        Arrays have the form that plotly.js decodes itself: "dtype", "bdata", and "shape" for
        more than one dimension. Integers are sent as int32 and other numbers as float32, or
        as float64 where float32 could not distinguish them, such as numbers around 1e12 that
        differ by 1.
        """
        return self._json

    @cached_property
    def _json(self) -> bytes:
        data = [_packed(trace) for trace in self.traces]
        return json.dumps({"data": data, "layout": _packed(self.layout)}).encode()


def _packed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _packed(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        kind = "i4" if value.dtype.kind in "iu" else _float_kind(value)
        raw = np.ascontiguousarray(value, dtype=f"<{kind}").tobytes()
        packed = {"dtype": kind, "bdata": base64.b64encode(raw).decode("ascii")}
        # Without a shape, plotly.js would read a matrix as one long row.
        return packed | ({"shape": ", ".join(map(str, value.shape))} if value.ndim > 1 else {})
    return value


def _float_kind(values: np.ndarray) -> str:
    if values.dtype != np.float64:
        return "f4"
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "f4"
    low, high = float(finite.min()), float(finite.max())
    largest = max(abs(low), abs(high))
    # float32 has seven digits, of which at least three must remain for the differences.
    fits = largest <= _MAX_OFFSET * (high - low) or high == low
    return (
        "f4"
        if fits and (largest > _MIN_FLOAT32 or not largest) and largest < 1 / _MIN_FLOAT32
        else "f8"
    )
