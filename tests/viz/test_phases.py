from xml.etree import ElementTree

import pytest

from ganlib.viz import colours
from ganlib.viz.phases import PHASES, phase_drawing


def boxes(drawing):
    """Each network's words and its box' colour and fill."""
    root = ElementTree.fromstring(drawing)
    children = list(root)
    return {
        name.text: (state.text, box.get("fill"), box.get("fill-opacity"))
        for box, name, state in zip(children, children[1:], children[2:], strict=False)
        if state.text in ("learns", "not trained")
    }


@pytest.mark.parametrize("judge", ["discriminator", "critic"])
def test_one_network_learns_and_the_other_only_infers(judge):
    first, second = (boxes(phase_drawing(phase, judge)) for phase in PHASES)
    assert first == {
        "generator": ("not trained", colours.NEUTRAL, "0"),
        judge: ("learns", colours.DISCRIMINATOR, "1"),
    }
    assert second == {
        "generator": ("learns", colours.GENERATED, "1"),
        judge: ("not trained", colours.NEUTRAL, "0"),
    }


def test_real_samples_are_needed_by_the_discriminator_only():
    first, second = (phase_drawing(phase) for phase in PHASES)
    assert ">real samples<" in first
    assert ">real samples<" not in second
    assert colours.REAL not in second
