"""Small drawings in SVG that take the text colour and font of the page they stand on."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_MUTED = 0.7


@dataclass(frozen=True)
class Drawing:
    """A picture that scales to the room it gets.

    Args:
        svg: the whole element; what is not of a colour of its own is "currentColor".
        width: in units of which one is a pixel where the picture has all the room it wants.
        height: likewise.
    """

    svg: str
    width: int
    height: int


def drawing(width: float, height: float, parts: Sequence[str], alt: str) -> Drawing:
    """Puts parts together.

    Args:
        width: of the whole.
        height: of the whole.
        parts: from back to front.
        alt: what the picture shows, in words, for those who cannot see it.
    """
    return Drawing(
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(alt)}" '
        f'fill="currentColor">{"".join(parts)}</svg>',
        round(width),
        round(height),
    )


def text(
    x: float,
    y: float,
    content: str,
    *,
    size: float = 13,
    bold: bool = False,
    muted: bool = False,
    anchor: str = "start",
    colour: str = "currentColor",
) -> str:
    """One line of text on the base line y; anchor is "start", "middle" or "end"."""
    look = f'font-size="{size:g}" text-anchor="{anchor}" fill="{colour}"'
    look += ' font-weight="600"' if bold else ""
    look += f' fill-opacity="{_MUTED}"' if muted else ""
    return f'<text x="{x:g}" y="{y:g}" {look}>{escape(content)}</text>'


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    colour: str,
    *,
    fill: float = 0.12,
    dashed: bool = False,
    radius: float = 6,
) -> str:
    """A rounded rectangle with an outline of its colour, filled with a share of it."""
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" '
        f'fill="{colour}" fill-opacity="{fill:g}" stroke="{colour}" stroke-width="1.5"{dash}/>'
    )


def arrow(*points: tuple[float, float], colour: str = "currentColor", dashed: bool = False) -> str:
    """A line through points with a head at the last; its last part is level or upright."""
    (x, y), (end_x, end_y) = points[-2:]
    along_x, along_y = (end_x > x) - (end_x < x), (end_y > y) - (end_y < y)
    back_x, back_y = end_x - 7 * along_x, end_y - 7 * along_y
    head = (
        f"M{end_x:g} {end_y:g}L{back_x + 4 * along_y:g} {back_y + 4 * along_x:g}"
        f"L{back_x - 4 * along_y:g} {back_y - 4 * along_x:g}z"
    )
    path = "L".join(f"{at_x:g} {at_y:g}" for at_x, at_y in (*points[:-1], (back_x, back_y)))
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    # Lines of the text's colour would be louder than the text.
    faint = ' opacity="0.6"' if colour == "currentColor" else ""
    return (
        f'<g{faint}><path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.5" '
        f'stroke-linejoin="round"{dash}/><path d="{head}" fill="{colour}"/></g>'
    )


def group(parts: Sequence[str], *, tip: str = "") -> str:
    """Parts that belong together, with a sentence that shows under the mouse."""
    title = f"<title>{escape(tip)}</title>" if tip else ""
    return f"<g>{title}{''.join(parts)}</g>"
