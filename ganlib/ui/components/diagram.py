"""SVG drawings in the colours and font of the page."""

from collections.abc import Collection, Sequence

from ganlib.ui.components.component import component

_COMPONENT = component("diagram")


def diagram(drawings: Sequence[str], *, key: str, dimmed: Collection[int] = ()) -> None:
    """Shows drawings in a row, or in a column on a narrow page.

    The SVG is part of the page instead of an <img>, so that it follows the theme.

    Args:
        drawings: SVG elements, at least one.
        key: unique on the page; the same key is the same diagram on every rerun.
        dimmed: indices of the drawings that are shown dimmed.
    """
    data = {
        "drawings": [
            {"svg": drawing, "dimmed": at in dimmed} for at, drawing in enumerate(drawings)
        ]
    }
    _COMPONENT(key=key, data=data)
