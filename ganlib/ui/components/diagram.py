"""Drawings in the colours and font of the page."""

from collections.abc import Collection, Sequence

from ganlib.ui.components.component import component

_COMPONENT = component("diagram")


def diagram(drawings: Sequence[str], *, key: str, dimmed: Collection[int] = ()) -> None:
    """Shows drawings side by side, or below each other where there is no room.

    They are part of the page, not images, so that they follow its theme.

    Args:
        drawings: SVG elements, at least one.
        key: unique on the page; the same key is the same diagram on every rerun.
        dimmed: positions of drawings that are shown paler.
    """
    data = {
        "drawings": [
            {"svg": drawing, "dimmed": at in dimmed} for at, drawing in enumerate(drawings)
        ]
    }
    _COMPONENT(key=key, data=data)
