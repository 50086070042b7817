"""Every run has a look of its own, also without colours."""

import numpy as np
import pytest

from ganlib.viz import colours
from ganlib.viz.run_styles import _COLOURS, run_styles


def ids(count: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    return [f"20260101-{at:04}-{rng.integers(16**12):012x}" for at in range(count)]


def luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("seed", range(5))
def test_styles_differ(seed: int) -> None:
    runs = ids(84, seed)
    assert len(set(run_styles(runs).values())) == 84
    assert len({style.dash for style in run_styles(runs[:12]).values()}) == 12
    assert len({style.colour for style in run_styles(runs[:7]).values()}) == 7


def test_a_later_run_changes_no_other_style() -> None:
    runs = ids(20)
    before = run_styles(runs[:19])
    assert {run_id: run_styles(runs)[run_id] for run_id in before} == before
    assert run_styles(reversed(runs)) == run_styles(runs)


def test_colours_are_seen_on_both_themes_and_mean_nothing_else() -> None:
    reserved = {colours.REAL, colours.GENERATED, colours.DISCRIMINATOR}
    assert not reserved & set(_COLOURS)
    for colour in _COLOURS:
        light = luminance(colour)
        assert 1.05 / (light + 0.05) >= 3
        assert (light + 0.05) / (luminance("#0E1117") + 0.05) >= 3
