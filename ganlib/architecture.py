"""What a network is made of, in words and numbers that everybody can read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerBox:
    """One layer.

    Args:
        name: the layer's own, such as "conv2d_1".
        kind: what it does, in a few words, such as "conv 5 x 5, stride 2" or "batch norm".
        output_shape: without the batch, such as (14, 14, 128).
        parameters: numbers it has, whether they learn or not.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True)
class NetworkShape:
    """One network.

    Args:
        name: "generator", "discriminator" or "critic".
        input_shape: without the batch.
        layers: at least one, in the order in which a sample passes them.
    """

    name: str
    input_shape: tuple[int, ...]
    layers: tuple[LayerBox, ...]

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Without the batch."""
        return self.layers[-1].output_shape

    @property
    def parameters(self) -> int:
        """Of all its layers."""
        return sum(layer.parameters for layer in self.layers)
