"""SVG drawings of networks, layer by layer, and of both as the one model that trains."""

import math
import re
import textwrap
from dataclasses import dataclass

from ganlib.architecture import LayerBox, NetworkShape
from ganlib.viz import colours
from ganlib.viz.svg import arrow, box, drawing, group, label, text

_WIDTH = 380

_TIMES = " \N{MULTIPLICATION SIGN} "
_PICTURE = 56
_GAP = 16
# Characters in a line of a box, whose first lines stand beside the shape.
_KIND_LINE = 29
_FOLDED_LINE = 46
_NORMALISATIONS = ("batch norm", "layer norm", "group norm", "instance norm")


@dataclass(frozen=True)
class Row:
    """One box of a drawing.

    Args:
        layer: gives the box its kind and name.
        folded: layers after it that keep the shape, such as activations.
    """

    layer: LayerBox
    folded: tuple[LayerBox, ...]

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in (self.layer, *self.folded))


def rows(network: NetworkShape) -> tuple[Row, ...]:
    """Groups layers: activations, dropout and normalisation share the box of the layer before."""
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


def network_drawing(network: NetworkShape) -> str:
    """Draws every layer from input to output, with its shape and its number of parameters."""
    colour = colours.of_role(network.name)
    shapes = (network.input_shape, *(layer.output_shape for layer in network.layers))
    widest = max(map(_spread, shapes))
    is_generator = network.name == "generator"
    entry, entry_colour = ("noise", colours.NEUTRAL) if is_generator else ("sample", colours.REAL)
    parts = [
        *_heading(network.name.capitalize(), network.parameters),
        box(_PICTURE, 52, _WIDTH - _PICTURE - 1, 30, entry_colour, radius=15),
        text(_PICTURE + 14, 72, entry, bold=True),
        text(_WIDTH - 12, 72, shape_text(network.input_shape), anchor="end"),
        _picture(network.input_shape, 67, entry_colour, widest),
    ]
    y = 82.0
    for row in rows(network):
        parts.append(arrow((_PICTURE + 24, y + 1), (_PICTURE + 24, y + _GAP - 1)))
        box_parts, height = _layer_box(row, y + _GAP, colour)
        picture = _picture(row.layer.output_shape, y + _GAP + height / 2, colour, widest)
        tip = "\n".join(
            f"{layer.name}: {_kind(layer)}, {layer.parameters:,} parameters"
            for layer in (row.layer, *row.folded)
        )
        parts.append(group([*box_parts, picture], tip=tip))
        y += _GAP + height
    layers = "; ".join(
        f"{_kind(layer)}, {shape_text(layer.output_shape)}" for layer in network.layers
    )
    words = (
        f"{network.name.capitalize()} of {network.parameters:,} parameters: "
        f"input {shape_text(network.input_shape)}; {layers}."
    )
    return drawing(_WIDTH, y + 2, parts, words)


def adversarial_drawing(generator: NetworkShape, discriminator: NetworkShape) -> str:
    """Draws both networks as one model: from noise to a verdict, beside real samples.

    Args:
        generator: named "generator".
        discriminator: named "discriminator" or "critic".
    """
    total = generator.parameters + discriminator.parameters
    noise, sample, output = (
        shape_text(shape)
        for shape in (generator.input_shape, generator.output_shape, discriminator.output_shape)
    )
    left, right, half = 24, 218, 161
    middle, other = left + half / 2, right + half / 2
    judge = discriminator.name
    verdict = "a score: how real?" if judge == "critic" else "real or generated?"
    parts = [
        *_heading("Adversarial model", total),
        *_pill(left, 52, half, "noise", noise, colours.NEUTRAL),
        arrow((middle, 89), (middle, 115)),
        *_network(left, 116, half, generator),
        *_pill(right, 124, half, "real samples", sample, colours.REAL),
        arrow((middle, 169), (middle, 225), colour=colours.GENERATED),
        text(middle + 8, 194, "generated", size=12),
        text(middle + 8, 209, sample, size=12, muted=True),
        arrow((other, 161), (other, 225), colour=colours.REAL),
        *_network(left, 226, _WIDTH - left - 1, discriminator),
        arrow((_WIDTH / 2 + 12, 279), (_WIDTH / 2 + 12, 305)),
        *_pill(110, 306, 184, verdict, output, colours.NEUTRAL),
        arrow(
            (109, 324), (8, 324), (8, 142), (left - 2, 142), colour=colours.GENERATED, dashed=True
        ),
    ]
    note = (
        "Dashed: how the generator learns. The gradient goes back through the "
        f"{judge}, which does not change."
    )
    lines = textwrap.wrap(note, 57)
    parts += [text(left, 368 + 16 * at, line, size=12, muted=True) for at, line in enumerate(lines)]
    words = (
        f"Adversarial model of {total:,} parameters: the generator makes samples of shape "
        f"{sample} from {noise} numbers of noise; the {judge} gets "
        "these and real ones and gives a verdict, whose gradient teaches the generator."
    )
    return drawing(_WIDTH, 360 + 16 * len(lines), parts, words)


def _kind(layer: LayerBox) -> str:
    """The layer's kind, with spaces beside numbers that no line break can replace."""
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
    left, right = _PICTURE + 12, _WIDTH - 12
    below = y + 19 + 16 * len(kind) + (1 if lines else 0)
    parts = [
        box(_PICTURE, y, _WIDTH - _PICTURE - 1, height, colour),
        *(text(left, y + 19 + 16 * at, line, bold=True) for at, line in enumerate(kind)),
        text(right, y + 19, shape_text(row.layer.output_shape), anchor="end"),
        *(text(left, below + 16 * at, line, size=12) for at, line in enumerate(lines)),
        text(left, y + height - 10, row.layer.name, size=11.5, muted=True),
    ]
    if row.parameters:
        words = f"{row.parameters:,} parameters"
        parts.append(text(right, y + height - 10, words, size=11.5, muted=True, anchor="end"))
    return parts, height


def _spread(shape: tuple[int, ...]) -> float:
    """Relative width of a shape's picture: the side of an image, or the logarithm of a length."""
    return shape[0] if len(shape) == 3 else 4 * math.log2(1 + math.prod(shape))


def _picture(shape: tuple[int, ...], y: float, colour: str, widest: float) -> str:
    """Draws sheets for an image, more of them for more channels, or else a bar.

    Args:
        shape: without the batch.
        y: middle, pixels.
        colour: of outline and filling.
        widest: largest `_spread` in the drawing.
    """
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


def _pill(x: float, y: float, width: float, name: str, note: str, colour: str) -> list[str]:
    return [box(x, y, width, 36, colour, radius=18), *label(x + width / 2, y + 18, name, note)]


def _network(x: float, y: float, width: float, network: NetworkShape) -> list[str]:
    outline = box(x, y, width, 52, colours.of_role(network.name), fill=0.2)
    note = f"{network.parameters:,} parameters"
    return [outline, *label(x + width / 2, y + 26, network.name, note)]
