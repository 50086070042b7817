"""The two phases of a training step: which network learns, and which only infers."""

from typing import Literal

from ganlib.viz import colours
from ganlib.viz.svg import arrow, box, drawing, label, text

Phase = Literal["discriminator", "generator"]

PHASES: tuple[Phase, ...] = ("discriminator", "generator")

# Only black can be read on full green or vermilion, on light and dark pages.
_INK = "#0B0F14"
# Height at which samples become verdicts, pixels.
_LINE = 136


def phase_drawing(phase: Phase, judge: str = "discriminator") -> str:
    """Draws one phase as SVG: from samples to a verdict, and back to the network that learns.

    Args:
        phase: the network that learns.
        judge: "discriminator" or "critic".
    """
    of_judge = phase == "discriminator"
    name = judge if of_judge else "generator"
    if of_judge:
        lesson, target = "from real and generated samples", 244
        words = (
            f"Phase 1: the {judge} gets real and generated samples and learns from its verdict. "
            "The generator does not change."
        )
    else:
        lesson, target = "from the verdict on its own samples", 118
        words = (
            f"Phase 2: the {judge} judges the generator's samples, and the generator learns from "
            f"the verdict how they should change. The {judge} does not change."
        )
    parts = [
        text(0, 18, f"{PHASES.index(phase) + 1}. The {name} learns", size=15, bold=True),
        text(0, 36, lesson, size=12.5, muted=True),
        box(1, _LINE - 20, 52, 40, colours.NEUTRAL, radius=20),
        *label(27, _LINE, "noise"),
        arrow((54, _LINE), (71, _LINE)),
        *_network(72, 92, "generator", learns=not of_judge),
        arrow((165, _LINE), (191, _LINE), colour=colours.GENERATED),
        *_network(192, 104, judge, learns=of_judge),
        arrow((297, _LINE), (315, _LINE)),
        box(316, _LINE - 20, 63, 40, colours.NEUTRAL, radius=20),
        *label(347.5, _LINE, "verdict"),
    ]
    if of_judge:
        parts += [
            box(72, 52, 92, 34, colours.REAL, radius=17),
            *label(118, 69, "real samples"),
            arrow((165, 69), (244, 69), (244, _LINE - 29), colour=colours.REAL),
        ]
    back = ((347.5, _LINE + 21), (347.5, 190), (target, 190), (target, _LINE + 29))
    parts += [
        arrow(*back, colour=colours.of_role(name), dashed=True),
        text((target + 347.5) / 2, 206, "gradient", size=12, muted=True, anchor="middle"),
    ]
    return drawing(380, 218, parts, words)


def _network(x: float, width: float, name: str, *, learns: bool) -> list[str]:
    top, middle = _LINE - 28, x + width / 2
    if learns:
        full = box(x, top, width, 56, colours.of_role(name), fill=1)
        return [full, *label(middle, _LINE, name, "learns", colour=_INK)]
    empty = box(x, top, width, 56, colours.NEUTRAL, fill=0, dashed=True)
    return [empty, *label(middle, _LINE, name, "not trained")]
