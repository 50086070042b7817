"""Plays through the saved steps of runs in the browser, without asking the server."""

import json
from collections.abc import Mapping, Sequence

from ganlib.ui.components.component import component
from ganlib.viz.colours import GENERATED, REAL

_COMPONENT = component("replay", styles=["player"])


def replays(runs: Sequence[Mapping[str, object]], *, key: str) -> str | None:
    """Shows cards side by side, which play until someone takes their slider.

    Where the system asks for reduced motion, they show their last step and play on request.

    Args:
        runs: `id`, `name` and `href` of each run, its saved `steps`, `captions` on the samples of
            each step, and the fields of a `ganlib.viz.replay.Replay`.
        key: unique on the page.
    Returns:
        The id of the run that was just opened; None if none was.
    """
    colours = {"real": REAL, "generated": GENERATED}
    # Bytes, because Streamlit would import pandas to look for data frames in a dictionary.
    data = json.dumps({"runs": runs, "colours": colours}).encode()
    opened = _COMPONENT(key=key, data=data, on_opened_change=lambda: None).opened
    return str(opened) if opened else None
