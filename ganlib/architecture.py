"""Description of a network's layers, independent of Keras."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerBox:
    """One layer.

    Args:
        name: of the layer, such as "conv2d_1".
        kind: short description, such as "conv 5 x 5, stride 2" or "batch norm".
        output_shape: without the batch dimension, such as (14, 14, 128).
        parameters: number of parameters, trainable or not.
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
        input_shape: without the batch dimension.
        layers: at least one, from input to output.
    """

    name: str
    input_shape: tuple[int, ...]
    layers: tuple[LayerBox, ...]

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Shape of the output, without the batch dimension."""
        return self.layers[-1].output_shape

    @property
    def parameters(self) -> int:
        """Number of parameters of all layers."""
        return sum(layer.parameters for layer in self.layers)
