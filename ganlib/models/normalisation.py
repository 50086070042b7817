"""Batch normalisation that can be differentiated twice."""

from typing import Any

import keras
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable(package="ganlib")
class TwiceDifferentiableBatchNormalization(layers.BatchNormalization):
    """Keras' BatchNormalization with correct second derivatives, for unrolled steps.

    (B, ..., C) -> (B, ..., C). Settings, weights and results are those of Keras' layer.
    TensorFlow holds the mean constant in the gradient of the variance. That gradient is right all
    the same, but its own gradient is not. For any constant c, the variance is the mean of
    (x - c)^2 minus (mean - c)^2, which makes all derivatives right and changes no number.
    """

    def _moments(self, inputs: tf.Tensor, mask: Any) -> tuple[tf.Tensor, tf.Tensor]:
        mean, variance = super()._moments(inputs, mask)
        return mean, variance - tf.square(mean - tf.stop_gradient(mean))
