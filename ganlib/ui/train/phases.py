"""Diagram of the two phases of a training step."""

from ganlib.ui.components.diagram import diagram
from ganlib.viz.phases import PHASES, Phase, phase_drawing


def phases_diagram(
    highlighted: Phase | None = None, *, discriminator: str = "discriminator", key: str = "phases"
) -> None:
    """Draws both phases. If one is highlighted, the other is dimmed.

    Args:
        highlighted: the network that learns in the highlighted phase; None highlights neither.
        discriminator: "discriminator" or "critic".
        key: unique on the page.
    """
    dimmed = [at for at, phase in enumerate(PHASES) if highlighted not in (None, phase)]
    diagram([phase_drawing(phase, discriminator) for phase in PHASES], key=key, dimmed=dimmed)
