"""Names and colours of two samples that are compared on a chart."""

import html
from dataclasses import dataclass

from ganlib.viz import colours


@dataclass(frozen=True)
class Pair:
    """Names and colours of two samples. Real samples are blue, generated ones vermilion.

    Args:
        first: name of the reference sample.
        second: name of the sample compared with it.
        first_colour: of the form #RRGGBB.
        second_colour: of the form #RRGGBB.
    """

    first: str = "real"
    second: str = "generated"
    first_colour: str = colours.REAL
    second_colour: str = colours.GENERATED

    @property
    def texts(self) -> tuple[str, str]:
        """Both names, escaped; see `plotly_text`."""
        return plotly_text(self.first), plotly_text(self.second)


def plotly_text(name: str) -> str:
    """Escapes a name: Plotly would interpret tags and %{...} in a text."""
    return html.escape(name, quote=False).replace("{", "&#123;")


REAL_AND_GENERATED = Pair()


def two_real(first: str, second: str) -> Pair:
    """Returns the pair of two samples of a user's own data, by name."""
    return Pair(first, second, colours.REAL, colours.OTHERS[0])
