"""How two samples are called and coloured, wherever they stand side by side."""

import html
from dataclasses import dataclass

from ganlib.viz import colours


@dataclass(frozen=True)
class Pair:
    """Names and colours of two samples; what is real is blue, what is generated vermilion.

    Args:
        first: the sample that is compared with.
        second: the sample that is compared.
        first_colour: of the form #RRGGBB.
        second_colour: likewise.
    """

    first: str = "real"
    second: str = "generated"
    first_colour: str = colours.REAL
    second_colour: str = colours.GENERATED

    @property
    def texts(self) -> tuple[str, str]:
        """Both names for Plotly, which takes tags and %{...} in a text for its own."""
        first, second = (
            html.escape(name, quote=False).replace("{", "&#123;")
            for name in (self.first, self.second)
        )
        return first, second


REAL_AND_GENERATED = Pair()


def two_generated(first: str, second: str) -> Pair:
    """Generated samples of two runs."""
    return Pair(first, second, colours.GENERATED, colours.OTHERS[0])


def two_real(first: str, second: str) -> Pair:
    """Two samples of a user's own."""
    return Pair(first, second, colours.REAL, colours.OTHERS[0])
