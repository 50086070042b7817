"""What a page has handed to the browser's live charts."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def charts(app: AppTest) -> list[dict[str, Any]]:
    """All charts of the page in order: "plotly", "figure" and the arguments of `live_chart`."""
    assert not app.exception, app.exception
    found = []
    for part in app.get("bidi_component"):
        if part.proto.component_name != "ganlib_live_chart":
            continue
        place, *figure = map(json.loads, part.proto.bytes.splitlines())
        found += [{**place, "figure": one} for one in figure]
    return found
