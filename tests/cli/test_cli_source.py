"""`source` prints a recipe as one file."""

from collections.abc import Callable

from ganlib import examples
from tests.support.processes import Said

Command = Callable[..., Said]


def test_source_prints_the_file(command: Command) -> None:
    said = command("source", "mnist/dcgan")
    assert (said.code, said.err) == (0, "")
    assert said.out == examples.source_of("mnist/dcgan")


def test_a_recipe_without_an_example(command: Command) -> None:
    said = command("source", "progressive")
    assert (said.code, said.out) == (2, "")
    allowed = ", ".join(examples.names())
    assert said.err == f"There is no example of 'progressive'. Allowed: {allowed}.\n"
