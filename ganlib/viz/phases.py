"""The two phases of a training step: which network learns, and which only infers."""

from typing import Literal

from ganlib.viz import colours
from ganlib.viz.svg import Drawing, arrow, box, drawing, text

Phase = Literal["discriminator", "generator"]

PHASES: tuple[Phase, ...] = ("discriminator", "generator")

_LESSONS = {
    "discriminator": "from real and generated samples",
    "generator": "from the verdict on its own samples",
}
_WIDTH, _HEIGHT = 380, 218
# On a full green or vermilion, light and dark pages alike, only black can be read well.
_INK = "#0B0F14"
# The line along which samples become verdicts.
_LINE = 136


def phase_drawing(phase: Phase, judge: str = "discriminator") -> Drawing:
    """One phase: from samples to a verdict, and back to the network that learns from it.

    Args:
        phase: the network that learns.
        judge: "discriminator" or "critic".
    """
    real_too = phase == "discriminator"
    name = judge if real_too else "generator"
    colour = colours.of_role(name)
    number = PHASES.index(phase) + 1
    parts = [
        text(0, 18, f"{number}. The {name} learns", size=15, bold=True),
        text(0, 36, _LESSONS[phase], size=12.5, muted=True),
        box(1, _LINE - 20, 52, 40, colours.NEUTRAL, radius=20),
        text(27, _LINE + 4, "noise", size=12.5, anchor="middle"),
        arrow((54, _LINE), (71, _LINE)),
        *_network(72, 92, "generator", learns=not real_too),
        arrow((165, _LINE), (191, _LINE), colour=colours.GENERATED),
        *_network(192, 104, judge, learns=real_too),
        arrow((297, _LINE), (315, _LINE)),
        box(316, _LINE - 20, 63, 40, colours.NEUTRAL, radius=20),
        text(347.5, _LINE + 4, "verdict", size=12.5, anchor="middle"),
    ]
    if real_too:
        parts += [
            box(72, 52, 92, 34, colours.REAL, radius=17),
            text(118, 73, "real samples", size=12.5, anchor="middle"),
            arrow((165, 69), (244, 69), (244, _LINE - 29), colour=colours.REAL),
        ]
    target = 244 if real_too else 118
    back = ((347.5, _LINE + 21), (347.5, 190), (target, 190), (target, _LINE + 29))
    middle = (target + 347.5) / 2
    parts += [
        arrow(*back, colour=colour, dashed=True),
        text(middle, 206, "gradient", size=12, muted=True, anchor="middle"),
    ]
    return drawing(_WIDTH, _HEIGHT, parts, _in_words(phase, judge))


def _network(x: float, width: float, name: str, *, learns: bool) -> list[str]:
    top, middle = _LINE - 28, x + width / 2
    if learns:
        ink, shape = _INK, box(x, top, width, 56, colours.of_role(name), fill=1)
    else:
        ink, shape = "currentColor", box(x, top, width, 56, colours.NEUTRAL, fill=0, dashed=True)
    return [
        shape,
        text(middle, _LINE - 3, name, bold=True, anchor="middle", colour=ink),
        text(
            middle,
            _LINE + 15,
            "learns" if learns else "only infers",
            size=12,
            anchor="middle",
            colour=ink,
        ),
    ]


def _in_words(phase: Phase, judge: str) -> str:
    if phase == "discriminator":
        return (
            f"Phase 1: the {judge} gets real and generated samples and learns from its verdict. "
            "The generator only infers."
        )
    return (
        f"Phase 2: the generator learns through the {judge}, whose verdict on its samples says "
        f"how they should change. The {judge} only infers."
    )
