"""Drawings in the colours and font of the page."""

from collections.abc import Collection, Sequence

from ganlib.ui.components.component import component
from ganlib.viz.svg import Drawing

_COMPONENT = component("diagram")


def diagram(drawings: Sequence[Drawing], *, key: str, dimmed: Collection[int] = ()) -> None:
    """Shows drawings side by side, or below each other where there is no room.

    They stand in the page itself and not in an image of it, for only so do they follow the
    theme.

    Args:
        drawings: at least one.
        key: unique on the page; the same key is the same diagram on every rerun.
        dimmed: positions of those that step back behind the others.
    """
    data = {
        "drawings": [
            {"svg": drawing.svg, "dimmed": at in dimmed} for at, drawing in enumerate(drawings)
        ]
    }
    _COMPONENT(key=key, data=data)
