"""Small SVG drawings in the text colour and font of the page they stand on.

`st.graphviz_chart` would lay out boxes by itself, but in colours and a font of its own: it does
not follow the theme to dark, says nothing to screen readers, and cannot scale text with a
narrow page.
"""

from collections.abc import Sequence
from html import escape

_MUTED = 0.7
_DASHED = ' stroke-dasharray="4 3"'


def drawing(width: float, height: float, parts: Sequence[str], alt: str) -> str:
    """Puts parts together to an SVG element that scales to the room it gets.

    Args:
        width: pixels, if there is room for them.
        height: likewise.
        parts: from back to front.
        alt: what the drawing shows, in words, for screen readers.
    """
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(alt)}" '
        f'fill="currentColor">{"".join(parts)}</svg>'
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
    """Draws one line of text.

    Args:
        x: pixels, of the end that `anchor` names.
        y: pixels, of the baseline.
        content: plain text.
        size: pixels.
        bold: heavier than other text.
        muted: paler than other text.
        anchor: "start", "middle" or "end".
        colour: of the letters.
    """
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
    """Draws a rounded rectangle.

    Args:
        x: left edge, pixels.
        y: upper edge.
        width: pixels.
        height: pixels.
        colour: of outline and filling.
        fill: opacity of the filling, 0 to 1.
        dashed: whether the outline is.
        radius: of the corners, pixels.
    """
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" '
        f'fill="{colour}" fill-opacity="{fill:g}" stroke="{colour}" stroke-width="1.5"'
        f"{_DASHED if dashed else ''}/>"
    )


def label(
    x: float, y: float, name: str, note: str = "", *, colour: str = "currentColor"
) -> list[str]:
    """Writes a name, and a smaller note below it, centred on a point.

    Args:
        x: pixels.
        y: pixels.
        name: bold if there is a note.
        note: may be empty.
        colour: of both; a note in the page's own colour is muted.
    """
    if not note:
        return [text(x, y + 4, name, size=12.5, anchor="middle", colour=colour)]
    muted = colour == "currentColor"
    return [
        text(x, y - 2, name, bold=True, anchor="middle", colour=colour),
        text(x, y + 12, note, size=11.5, muted=muted, anchor="middle", colour=colour),
    ]


def arrow(*points: tuple[float, float], colour: str = "currentColor", dashed: bool = False) -> str:
    """Draws a line through points with an arrowhead at the last.

    Args:
        points: (x, y) in pixels; the last part must be horizontal or vertical.
        colour: of line and head.
        dashed: whether the line is.
    """
    (x, y), (end_x, end_y) = points[-2:]
    along_x, along_y = (end_x > x) - (end_x < x), (end_y > y) - (end_y < y)
    back_x, back_y = end_x - 7 * along_x, end_y - 7 * along_y
    head = (
        f"M{end_x:g} {end_y:g}L{back_x + 4 * along_y:g} {back_y + 4 * along_x:g}"
        f"L{back_x - 4 * along_y:g} {back_y - 4 * along_x:g}z"
    )
    path = "L".join(f"{at_x:g} {at_y:g}" for at_x, at_y in (*points[:-1], (back_x, back_y)))
    # Lines in the text's colour would be louder than the text.
    faint = ' opacity="0.6"' if colour == "currentColor" else ""
    return (
        f'<g{faint}><path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.5" '
        f'stroke-linejoin="round"{_DASHED if dashed else ""}/><path d="{head}" '
        f'fill="{colour}"/></g>'
    )


def group(parts: Sequence[str], *, tip: str = "") -> str:
    """Groups parts; `tip` is shown under the mouse."""
    title = f"<title>{escape(tip)}</title>" if tip else ""
    return f"<g>{title}{''.join(parts)}</g>"
