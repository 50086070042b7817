"""Networks as columns of layers, and both of them as the one model that trains."""

import math
import re
import textwrap
from dataclasses import dataclass

from ganlib.architecture import LayerBox, NetworkShape
from ganlib.viz import colours
from ganlib.viz.svg import Drawing, arrow, box, drawing, group, text

WIDTH = 380

_TIMES = " \N{MULTIPLICATION SIGN} "
_PICTURE = 56
_GAP = 16
# Characters that fit into a line of a box; the first line shares it with the shape.
_KIND_LINE = 29
_FOLDED_LINE = 46
_NORMALISATIONS = ("batch norm", "layer norm", "group norm", "instance norm")


@dataclass(frozen=True)
class Row:
    """One box of the picture.

    Args:
        layer: the layer that gives the box its kind and name.
        folded: layers behind it that leave the shape as it is, such as activations.
    """

    layer: LayerBox
    folded: tuple[LayerBox, ...]

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in (self.layer, *self.folded))


def rows(network: NetworkShape) -> tuple[Row, ...]:
    """A network's layers, with activations, dropout and normalisation in the box before them."""
    found: list[Row] = []
    for layer in network.layers:
        last = found[-1] if found else None
        if last and layer.output_shape == last.layer.output_shape and _is_small(layer):
            found[-1] = Row(last.layer, (*last.folded, layer))
        else:
            found.append(Row(layer, ()))
    return tuple(found)


def shape_text(shape: tuple[int, ...]) -> str:
    """(14, 14, 128) as "14 x 14 x 128" with multiplication signs; thousands are separated."""
    return _TIMES.join(f"{size:,}" for size in shape)


def network_drawing(network: NetworkShape) -> Drawing:
    """Every layer from input to output, with its shape and its number of parameters."""
    colour = colours.of_role(network.name)
    shapes = (network.input_shape, *(layer.output_shape for layer in network.layers))
    widest = max(_spread(shape) for shape in shapes)
    is_generator = network.name == "generator"
    entry, entry_colour = ("noise", colours.NEUTRAL) if is_generator else ("sample", colours.REAL)
    parts = _heading(network.name.capitalize(), network.parameters)
    y = 52.0
    parts += [
        box(_PICTURE, y, WIDTH - _PICTURE - 1, 30, entry_colour, radius=15),
        text(_PICTURE + 14, y + 20, entry, bold=True),
        text(WIDTH - 12, y + 20, shape_text(network.input_shape), anchor="end"),
        _picture(network.input_shape, y + 15, entry_colour, widest),
    ]
    y += 30
    for row in rows(network):
        parts.append(arrow((_PICTURE + 24, y + 1), (_PICTURE + 24, y + _GAP - 1)))
        y += _GAP
        box_parts, height = _layer_box(row, y, colour)
        picture = _picture(row.layer.output_shape, y + height / 2, colour, widest)
        parts.append(group([*box_parts, picture], tip=_tip(row)))
        y += height
    return drawing(WIDTH, y + 2, parts, _in_words(network))


def adversarial_drawing(generator: NetworkShape, discriminator: NetworkShape) -> Drawing:
    """Both networks as one model: from noise to a verdict, beside real samples."""
    total = generator.parameters + discriminator.parameters
    sample = shape_text(generator.output_shape)
    left, right, half = 24, 218, 161
    middle, other = left + half / 2, right + half / 2
    made, real = colours.GENERATED, colours.REAL
    judge = discriminator.name
    verdict = "a score: how real?" if judge == "critic" else "real or generated?"
    parts = [
        *_heading("Adversarial model", total),
        _pill(left, 52, half, "noise", shape_text(generator.input_shape), colours.NEUTRAL),
        arrow((middle, 89), (middle, 115)),
        *_network(left, 116, half, generator),
        _pill(right, 124, half, "real samples", sample, real),
        arrow((middle, 169), (middle, 225), colour=made),
        text(middle + 8, 194, "generated", size=12),
        text(middle + 8, 209, sample, size=12, muted=True),
        arrow((other, 161), (other, 225), colour=real),
        *_network(left, 226, WIDTH - left - 1, discriminator),
        arrow((WIDTH / 2 + 12, 279), (WIDTH / 2 + 12, 305)),
        _pill(110, 306, 184, verdict, shape_text(discriminator.output_shape), colours.NEUTRAL),
        arrow((109, 324), (8, 324), (8, 142), (left - 2, 142), colour=made, dashed=True),
    ]
    words = (
        "Dashed: how the generator learns. The gradient goes back through the "
        f"{judge}, which stays as it is."
    )
    lines = textwrap.wrap(words, 57)
    for at, line in enumerate(lines):
        parts.append(text(left, 368 + 16 * at, line, size=12, muted=True))
    return drawing(
        WIDTH,
        360 + 16 * len(lines),
        parts,
        f"Adversarial model of {total:,} parameters: the generator makes samples of shape "
        f"{sample} from {shape_text(generator.input_shape)} numbers of noise; the {judge} gets "
        "these and real ones and gives a verdict, whose gradient teaches the generator.",
    )


def _kind(layer: LayerBox) -> str:
    """With numbers that no line break parts from each other or from their word."""
    return re.sub(r" (?=\d)|(?<=\d) ", "\N{NO-BREAK SPACE}", layer.kind.replace(" x ", _TIMES))


def _is_small(layer: LayerBox) -> bool:
    return not layer.parameters or layer.kind.lower().startswith(_NORMALISATIONS)


def _heading(title: str, parameters: int) -> list[str]:
    return [
        text(0, 18, title, size=16, bold=True),
        text(0, 37, f"{parameters:,} parameters", size=12.5, muted=True),
    ]


def _layer_box(row: Row, y: float, colour: str) -> tuple[list[str], float]:
    kind = textwrap.wrap(_kind(row.layer), _KIND_LINE)
    folded = ", ".join(_kind(layer) for layer in row.folded)
    lines = textwrap.wrap(f"then {folded}", _FOLDED_LINE) if folded else []
    height = 30 + 16 * (len(kind) + len(lines))
    left, right = _PICTURE + 12, WIDTH - 12
    below = y + 19 + 16 * len(kind) + (1 if lines else 0)
    parts = [
        box(_PICTURE, y, WIDTH - _PICTURE - 1, height, colour),
        *(text(left, y + 19 + 16 * at, line, bold=True) for at, line in enumerate(kind)),
        text(right, y + 19, shape_text(row.layer.output_shape), anchor="end"),
        *(text(left, below + 16 * at, line, size=12) for at, line in enumerate(lines)),
        text(left, y + height - 10, row.layer.name, size=11.5, muted=True),
    ]
    if row.parameters:
        words = f"{row.parameters:,} parameters"
        parts.append(text(right, y + height - 10, words, size=11.5, muted=True, anchor="end"))
    return parts, height


def _tip(row: Row) -> str:
    return "\n".join(
        f"{layer.name}: {_kind(layer)}, {layer.parameters:,} parameters"
        for layer in (row.layer, *row.folded)
    )


def _spread(shape: tuple[int, ...]) -> float:
    """How wide a shape is drawn: the side of an image; of a vector, its length's logarithm."""
    return shape[0] if len(shape) == 3 else 4 * math.log2(1 + math.prod(shape))


def _picture(shape: tuple[int, ...], y: float, colour: str, widest: float) -> str:
    """Sheets for an image, as large as it is and more of them for more channels; a bar else."""
    if len(shape) != 3:
        width = 4 + 32 * min(_spread(shape) / widest, 1)
        return box((_PICTURE - 10 - width) / 2, y - 3, width, 6, colour, fill=0.5, radius=2)
    side = 4 + 28 * shape[0] / widest
    sheets = min(max(round(math.log2(shape[2]) / 2), 1), 4)
    apart = min(3, side / 5)
    shift = apart * (sheets - 1) / 2
    left, top = (_PICTURE - 10 - side) / 2 + shift, y - side / 2 - shift
    return "".join(
        box(left - apart * at, top + apart * at, side, side, colour, fill=0.3, radius=1.5)
        for at in range(sheets)
    )


def _pill(x: float, y: float, width: float, name: str, shape: str, colour: str) -> str:
    return group(
        [
            box(x, y, width, 36, colour, radius=18),
            text(x + width / 2, y + 16, name, bold=True, size=12.5, anchor="middle"),
            text(x + width / 2, y + 30, shape, size=11.5, muted=True, anchor="middle"),
        ]
    )


def _network(x: float, y: float, width: float, network: NetworkShape) -> list[str]:
    return [
        box(x, y, width, 52, colours.of_role(network.name), fill=0.2),
        text(x + width / 2, y + 22, network.name, bold=True, anchor="middle"),
        text(
            x + width / 2,
            y + 40,
            f"{network.parameters:,} parameters",
            size=11.5,
            muted=True,
            anchor="middle",
        ),
    ]


def _in_words(network: NetworkShape) -> str:
    layers = "; ".join(
        f"{_kind(layer)}, {shape_text(layer.output_shape)}" for layer in network.layers
    )
    return (
        f"{network.name.capitalize()} of {network.parameters:,} parameters: "
        f"input {shape_text(network.input_shape)}; {layers}."
    )
