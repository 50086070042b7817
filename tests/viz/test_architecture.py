from xml.etree import ElementTree

import pytest

from ganlib.architecture import LayerBox, NetworkShape
from ganlib.viz import colours
from ganlib.viz.architecture import adversarial_drawing, network_drawing, rows, shape_text

GENERATOR = NetworkShape(
    "generator",
    (100,),
    (
        LayerBox("dense", "dense", (6_272,), 633_472),
        LayerBox("reshape", "reshape", (7, 7, 128), 0),
        LayerBox("batch_normalization", "batch norm 0.8", (7, 7, 128), 512),
        LayerBox("re_lu", "ReLU", (7, 7, 128), 0),
        LayerBox("up", "up-sampling x 4", (28, 28, 128), 0),
        LayerBox("conv", "conv 3 x 3", (28, 28, 1), 1_153),
        LayerBox("tanh", "tanh", (28, 28, 1), 0),
    ),
)
CRITIC = NetworkShape(
    "critic",
    (28, 28, 1),
    (
        LayerBox("flatten", "flatten", (784,), 0),
        LayerBox("hidden", "dense", (784,), 615_440),
        LayerBox("score", "dense", (1,), 785),
    ),
)
TIMES = "\N{MULTIPLICATION SIGN}"


def said(drawing):
    """Every line of text; which of its spaces may break does not matter any more."""
    return [
        element.text.replace("\N{NO-BREAK SPACE}", " ")
        for element in ElementTree.fromstring(drawing).iter("text")
    ]


def test_layers_that_keep_the_shape_go_into_the_box_before():
    found = [
        (row.layer.name, [f.name for f in row.folded], row.parameters) for row in rows(GENERATOR)
    ]
    assert found == [
        ("dense", [], 633_472),
        ("reshape", ["batch_normalization", "re_lu"], 512),
        ("up", [], 0),
        ("conv", ["tanh"], 1_153),
    ]


def test_a_layer_with_weights_has_a_box_of_its_own_even_if_it_keeps_the_shape():
    assert [row.layer.name for row in rows(CRITIC)] == ["flatten", "hidden", "score"]


def test_no_layer_is_lost():
    for network in (GENERATOR, CRITIC):
        layers = [layer for row in rows(network) for layer in (row.layer, *row.folded)]
        assert layers == list(network.layers)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((14, 14, 128), f"14 {TIMES} 14 {TIMES} 128"),
        ((6_272,), "6,272"),
        ((1,), "1"),
    ],
)
def test_shape_in_words(shape, words):
    assert shape_text(shape) == words


def test_a_network_says_names_kinds_shapes_and_parameters():
    words = said(network_drawing(GENERATOR))
    for expected in (
        "Generator",
        "635,137 parameters",
        "noise",
        "dense",
        "6,272",
        "633,472 parameters",
        f"7 {TIMES} 7 {TIMES} 128",
        "then batch norm 0.8, ReLU",
        "512 parameters",
        f"conv 3 {TIMES} 3",
        "1,153 parameters",
    ):
        assert expected in words
    assert "0 parameters" not in words


def test_a_picture_grows_with_its_network_and_nothing_lies_below_it():
    small, large = network_drawing(CRITIC), network_drawing(GENERATOR)
    heights = []
    for drawing in (small, large, adversarial_drawing(GENERATOR, CRITIC)):
        root = ElementTree.fromstring(drawing)
        heights.append(float(root.get("viewBox").split()[3]))
        lowest = max(float(text.get("y")) for text in root.iter("text"))
        assert heights[-1] - 20 < lowest < heights[-1]
    assert heights[1] > heights[0]


def test_long_kinds_wrap_and_do_not_run_out_of_their_box():
    many = [LayerBox(f"drop{n}", "dropout 25 %, at random", (784,), 0) for n in range(5)]
    layers = (LayerBox("dense", "dense", (784,), 10), *many)
    drawing = network_drawing(NetworkShape("discriminator", (784,), layers))
    lines = [line for line in said(drawing) if "dropout" in line or "at random" in line]
    assert len(lines) > 1
    assert max(map(len, lines)) <= 46


def test_the_networks_have_their_colours():
    assert colours.GENERATED in network_drawing(GENERATOR)
    critic = network_drawing(CRITIC)
    assert colours.DISCRIMINATOR in critic
    assert colours.REAL in critic
    assert colours.GENERATED not in critic


def test_the_adversarial_model_adds_up_and_calls_a_critic_a_critic():
    drawing = adversarial_drawing(GENERATOR, CRITIC)
    words = said(drawing)
    assert f"{635_137 + 616_225:,} parameters" in words
    assert "critic" in words
    assert "a score: how real?" in words
    assert "real samples" in words
    assert "discriminator" not in drawing


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("dense, relu", ["dense, relu"]),
        (
            "spectrally normalised conv 4 x 4, stride 2, relu",
            ["spectrally normalised", f"conv 4 {TIMES} 4, stride 2, relu"],
        ),
        ("transposed conv 4 x 4, stride 2", [f"transposed conv 4 {TIMES} 4,", "stride 2"]),
    ],
)
def test_a_long_kind_breaks_where_it_may(kind, lines):
    layer = LayerBox("layer", kind, (28, 28, 128), 10)
    words = said(network_drawing(NetworkShape("critic", (2,), (layer,))))
    assert [line for line in words if line in lines] == lines
