"""The colours of .streamlit/config.toml can be read on each other."""

import re

import pytest

from tests.support import ROOT

CONFIG = (ROOT / ".streamlit" / "config.toml").read_text("utf-8")

Colour = tuple[float, ...]


def of_theme(theme: str, name: str) -> Colour:
    section = CONFIG.split(f"[theme.{theme}]\n")[1]
    found = re.search(rf'^{name} = "#(\w\w)(\w\w)(\w\w)"$', section, re.MULTILINE)
    assert found, name
    return tuple(int(part, 16) / 255 for part in found.groups())


def luminance(colour: Colour) -> float:
    """As WCAG 2.1 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_of_black_and_white_is_21() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)


@pytest.mark.parametrize(("theme", "label"), [("light", 4.5), ("dark", 4.0)])
def test_what_is_chosen_can_be_read(theme: str, label: float) -> None:
    primary, page = of_theme(theme, "primaryColor"), of_theme(theme, "backgroundColor")
    # Streamlit writes what is chosen in this colour, on a tenth of it over the page.
    tint = tuple(0.1 * c + 0.9 * below for c, below in zip(primary, page, strict=True))
    assert contrast(primary, tint) >= 4.5
    assert contrast(primary, (1, 1, 1)) >= label
    assert contrast(of_theme(theme, "textColor"), page) >= 7
