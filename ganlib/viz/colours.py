"""The colours that mean the same thing on every chart, on light and on dark.

From the palette of Okabe and Ito, which people with colour blindness can tell apart.
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
    """The colour of a curve that has a fixed one on every chart, such as "real" or "floor".

    Args:
        role: what a curve shows.
        position: decides among the other colours where the role is none of these.
    """
    return _ROLES.get(role, OTHERS[position % len(OTHERS)])


def rgba(colour: str, alpha: float) -> str:
    """Takes "#0072B2" and 0.25, gives "rgba(0, 114, 178, 0.25)".

    Raises:
        ValueError: the colour is not of the form #RRGGBB, or alpha not from 0 to 1.
    """
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"A colour must be of the form #RRGGBB. Received: {colour!r}.")
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be from 0 to 1. Received: {alpha}.")
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha:g})"
