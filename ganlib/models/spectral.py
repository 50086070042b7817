"""Spectral normalisation: layers whose largest singular value is 1.

Keras has a wrapper of that name. It overwrites the stored kernel, and its gradient does
not know that the singular value depends on the weights; these layers keep the kernel and
follow the paper.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import layers


class _SpectralKernel(layers.Layer):
    """Mixed into a layer with a kernel, makes it divide the kernel by its singular value.

    W is the kernel as a matrix, (inputs, outputs), a convolution's flattened to
    (height * width * channels, filters); u is a unit vector of its outputs. A call in
    training makes one power iteration, v = W u / |W u|, u = W' v / |W' v|, and sigma is
    v' W u with the next v. Both count as constants in the gradient, so d sigma / dW = v u'.

    Source: Miyato et al. 2018, arXiv 1802.05957, algorithm 1 and eq. 11 (whose W is the
        transpose of Keras').
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.vector = self.add_weight(
            name="vector",
            shape=(super().kernel.shape[-1], 1),
            initializer=self.vector_initializer,
            trainable=False,
            autocast=False,
        )

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        if training:
            matrix = tf.stop_gradient(self._matrix())
            left = _unit(tf.matmul(matrix, self.vector))
            self.vector.assign(_unit(tf.matmul(matrix, left, transpose_a=True)))
        return super().call(inputs)

    @property
    def kernel(self) -> tf.Tensor:
        """The stored kernel over its largest singular value, as the layer multiplies with it."""
        matrix = self._matrix()
        projected = tf.matmul(matrix, tf.stop_gradient(tf.convert_to_tensor(self.vector)))
        sigma = tf.reduce_sum(tf.stop_gradient(_unit(projected)) * projected)
        normalised = tf.cast(matrix / tf.maximum(sigma, _TINY), self.compute_dtype)
        return tf.reshape(normalised, super().kernel.shape)

    def _matrix(self) -> tf.Tensor:
        stored = super().kernel
        # The singular value is a sum of many squares, too many for bfloat16.
        return tf.reshape(tf.cast(stored, self.variable_dtype), (-1, stored.shape[-1]))

    def get_config(self) -> dict[str, Any]:
        initializer = keras.initializers.serialize(self.vector_initializer)
        return {**super().get_config(), "vector_initializer": initializer}


@keras.saving.register_keras_serializable(package="ganlib")
class SpectralDense(_SpectralKernel, layers.Dense):
    """Keras' Dense layer, its kernel divided by its largest singular value.

    Args:
        units: as of Dense.
        vector_initializer: gives the unit vector, (units, 1), that the singular value is
            first sought with.
        settings: all others of Dense, by name.
    """

    def __init__(
        self, units: int, *, vector_initializer: Any = "orthogonal", **settings: Any
    ) -> None:
        super().__init__(units, **settings)
        self.vector_initializer = keras.initializers.get(vector_initializer)


@keras.saving.register_keras_serializable(package="ganlib")
class SpectralConv2D(_SpectralKernel, layers.Conv2D):
    """Keras' Conv2D layer, its kernel divided by its largest singular value.

    Args:
        filters: as of Conv2D.
        kernel_size: as of Conv2D.
        vector_initializer: gives the unit vector, (filters, 1), that the singular value is
            first sought with.
        settings: all others of Conv2D, by name.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        *,
        vector_initializer: Any = "orthogonal",
        **settings: Any,
    ) -> None:
        super().__init__(filters, kernel_size, **settings)
        self.vector_initializer = keras.initializers.get(vector_initializer)


def spectrally_normalised(model: keras.Sequential) -> keras.Sequential:
    """A discriminator all of whose dense and convolutional layers are normalised.

    Args:
        model: a discriminator; it is left as it is, and its weights are not used. Layers
            inside other layers are normalised as well.
    Returns:
        A network with the same settings and as many trainable weights.
    """
    config: dict[str, Any] = _with_layers(model.get_config(), _NORMALISED)
    return keras.Sequential.from_config(config)


_TINY = 1e-12

_NORMALISED: dict[str, type[layers.Layer]] = {
    "Dense": SpectralDense,
    "Conv2D": SpectralConv2D,
    "SmallImageConv2D": SpectralConv2D,
}


def _with_layers(node: Any, ours: dict[str, type[keras.layers.Layer]]) -> Any:
    """The same configuration, with normalised layers in the place of others.

    Args:
        node: what `get_config` gave, or a part of it.
        ours: by the name of the layer that they replace.
    """
    if isinstance(node, (list, tuple)):
        return type(node)(_with_layers(child, ours) for child in node)
    if not isinstance(node, dict):
        return node
    replaced = {key: _with_layers(child, ours) for key, child in node.items()}
    if node.get("class_name") in ours:
        layer = ours[node["class_name"]]
        replaced["module"] = layer.__module__
        replaced["class_name"] = layer.__name__
        replaced["registered_name"] = keras.saving.get_registered_name(layer)
    return replaced


def _unit(vector: tf.Tensor) -> tf.Tensor:
    return tf.math.l2_normalize(vector, epsilon=_TINY**2)
