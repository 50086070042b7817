import pytest

from ganlib.viz import colours


def test_the_three_colours_of_the_project():
    assert colours.of_role("real") == "#0072B2"
    assert colours.of_role("generated") == colours.of_role("generator") == "#D55E00"
    assert colours.of_role("discriminator") == colours.of_role("critic") == "#009E73"


def test_other_roles_take_other_colours_in_turn():
    found = [colours.of_role("penalty", position) for position in range(4)]
    assert found[:3] == list(colours.OTHERS)
    assert found[3] == found[0]


def test_rgba():
    assert colours.rgba("#0072B2", 0.25) == "rgba(0, 114, 178, 0.25)"


@pytest.mark.parametrize(("colour", "alpha"), [("0072B2", 0.5), ("#07B", 0.5), ("#0072B2", 1.5)])
def test_rgba_refuses(colour, alpha):
    with pytest.raises(ValueError, match="Received"):
        colours.rgba(colour, alpha)
