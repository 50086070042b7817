"""Optimisers whose update of a weight is one operation instead of two dozen."""

import keras
import tensorflow as tf


class FusedAdam(keras.optimizers.Adam):
    """Keras' Adam with TensorFlow's own kernel for the update.

    The arithmetic is Keras' (bias-corrected step size, epsilon outside the root); only
    rounding differs. A small network spends most of its step on starting operations, and
    most of its compilation on tracing them, so fewer of them pay twice.

    Args: those of `keras.optimizers.Adam`, without `amsgrad`.
    Source: Kingma and Ba 2014, arXiv 1412.6980, the form at the end of section 2.
    """

    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor
    ) -> None:
        dtype = variable.dtype
        step = tf.cast(self.iterations.value + 1, dtype)
        index = self._get_variable_index(variable)
        beta_1, beta_2 = tf.constant(self.beta_1, dtype), tf.constant(self.beta_2, dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(beta_1, step),
            beta2_power=tf.pow(beta_2, step),
            lr=tf.cast(learning_rate, dtype),
            beta1=beta_1,
            beta2=beta_2,
            epsilon=tf.constant(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )
