"""Numbers as a page writes them."""

import numpy as np
import pytest

from ganlib import recipes
from ganlib.ui.components.text import (
    in_words,
    join_numbers,
    p_text,
    plain,
    typed,
    value_text,
    with_names,
)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0.5, -1.25, 2.0], "0.50, -1.25, 2.00"),
        ([12_345.678, 12_346.789], "12,345.68, 12,346.79"),
        ([1e6, 3e6], "1,000,000, 3,000,000"),
        ([0.0012345, 0.0023456], "0.00123, 0.00235"),
        ([7.0, 7.0], "7.00, 7.00"),
    ],
)
def test_numbers_have_the_decimals_that_tell_them_apart(values: list[float], text: str) -> None:
    assert join_numbers(np.array(values)) == text


@pytest.mark.parametrize(
    ("p_value", "text"), [(1.0, "1.000"), (0.0412, "0.041"), (0.001, "0.001"), (0.0, "< 0.001")]
)
def test_a_p_value_is_never_0(p_value: float, text: str) -> None:
    assert p_text(p_value) == text


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("learning_rate must be 1. Received: 2", "learning_rate must be 1. Received: 2"),
        ("**b** _i_ `c`", r"\*\*b\*\* \_i\_ \`c\`"),
        ("![p](http://a/p.png)", "!\\[p\\](http:\u2060//a/p.png)"),
        ("<b>&lt;</b>", r"\<b\>\&lt;\</b\>"),
        ("www.a.b at HTTPS://a.b", "www\u2060.a.b at HTTPS:\u2060//a.b"),
        (":red[r] $x$ a:b", r"\:red\[r\] \$x\$ a\:b"),
        (":material/home: :smile:", ":\u2060material/home: :\u2060smile:"),
        ("- a\n+ b\n=\n1. c\n12) d", "\\- a\n\\+ b\n\\=\n1\\. c\n12\\) d"),
        ("# a | b ~c~ \\", r"\# a \| b \~c\~ \\"),
        ("a\0b", "ab"),
        # What stands for bytes that are no text.
        ("\udcff.csv", "?.csv"),
    ],
)
def test_text_of_a_user_is_no_markdown(text: str, markdown: str) -> None:
    assert plain(text) == markdown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2_000_000, "2000000"),
        (10_000_000, "10000000"),
        (2**31 - 1, "2147483647"),
        (0.0002, "0.0002"),
        (1e-7, "1e-07"),
        (10.0, "10"),
        (0.123456789, "0.123456789"),
        (1 / 3, "0.3333333333333333"),
    ],
)
def test_a_number_is_typed_in_full(value: float, text: str) -> None:
    assert typed(value) == text
    assert type(value)(text) == value


@pytest.mark.parametrize(
    ("recipe", "knob", "value", "text"),
    [
        ("toy/scalar", "batch_size", 2048, "2,048"),
        ("toy/scalar", "generator_learning_rate", 2e-4, "0.0002"),
        ("toy/scalar", "loss", "non_saturating", "non-saturating"),
        ("quickdraw/conv", "categories", ("ant", "bear"), "ant, bear"),
        ("quickdraw/conv", "categories", ["ant", "bear"], "ant, bear"),
        ("quickdraw/conv", "own_file", "my_big_drawings.npy", "my_big_drawing…"),
    ],
)
def test_a_value_is_written_as_in_the_form(
    recipe: str, knob: str, value: object, text: str
) -> None:
    assert value_text(value, recipes.get(recipe).Config.model_fields[knob], 14) == text


def test_a_sentence_about_knobs_has_their_labels() -> None:
    config = recipes.get("toy/scalar").Config
    said = "packing must divide batch_size: not_a_knob stays, r1_r2 and 'batch_size' too."
    assert in_words(said, config) == (
        "Packing must divide batch size: not_a_knob stays, R1 and R2 and 'batch_size' too."
    )


def test_a_sentence_about_runs_has_their_names() -> None:
    said = with_names("Run 1a is queued behind 2b.", {"1a": "Two peaks", "3c": "another"})
    assert said == "Run “Two peaks” is queued behind 2b."
