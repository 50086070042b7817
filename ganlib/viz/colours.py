"""Colours with the same meaning on every chart, in the light and the dark theme.

They are from the palette of Okabe and Ito, which people with colour blindness can distinguish.
"""

REAL = "#0072B2"
GENERATED = "#D55E00"
DISCRIMINATOR = "#009E73"
NEUTRAL = "#8A8F98"
OTHERS = ("#CC79A7", "#E69F00", "#56B4E9")

_ROLES = {
    "real": REAL,
    "generated": GENERATED,
    "generator": GENERATED,
    "discriminator": DISCRIMINATOR,
    "critic": DISCRIMINATOR,
    "noise": NEUTRAL,
    "floor": NEUTRAL,
}


def of_role(role: str, position: int = 0) -> str:
    """Returns the colour of a curve.

    Args:
        role: what the curve shows. "real", "generator", "floor" and some others have a fixed
            colour on every chart.
        position: of the curve in its chart; chooses the colour of any other role.
    """
    return _ROLES.get(role, OTHERS[position % len(OTHERS)])


def rgba(colour: str, alpha: float) -> str:
    """Adds an opacity to a colour: "#0072B2" and 0.25 give "rgba(0, 114, 178, 0.25)".

    Args:
        colour: of the form #RRGGBB.
        alpha: opacity, from 0 to 1.
    Returns:
        A CSS colour.
    Raises:
        ValueError: `colour` is not of the form #RRGGBB, or `alpha` is not from 0 to 1.
    """
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"A colour must be of the form #RRGGBB. Received: {colour!r}.")
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be from 0 to 1. Received: {alpha}.")
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha:g})"
