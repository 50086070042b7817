"""The two phases of training, with the one on view lit."""

from ganlib.ui.components.diagram import diagram
from ganlib.viz.phases import PHASES, Phase, phase_drawing


def phases_diagram(
    lit: Phase | None = None, *, judge: str = "discriminator", key: str = "phases"
) -> None:
    """Shows both phases; where one is lit, the other steps back.

    Args:
        lit: the network that learns in the phase to be lit; None for both alike.
        judge: "discriminator" or "critic".
        key: unique on the page.
    """
    dimmed = [at for at, phase in enumerate(PHASES) if lit not in (None, phase)]
    diagram([phase_drawing(phase, judge) for phase in PHASES], key=key, dimmed=dimmed)
