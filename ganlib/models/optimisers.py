"""Optimisers whose update of a weight is one operation instead of two dozen."""

import keras
import tensorflow as tf


class _Averaged:
    """Mixed into an optimiser whose gradients are the same on every device already.

    Keras would add them up over the devices.
    """

    def _all_reduce_sum_gradients(
        self, grads_and_vars: list[tuple[tf.Tensor, tf.Variable]]
    ) -> list[tuple[tf.Tensor, tf.Variable]]:
        return grads_and_vars


class FusedAdam(_Averaged, keras.optimizers.Adam):
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


class FusedRMSprop(_Averaged, keras.optimizers.RMSprop):
    """Keras' RMSprop with TensorFlow's own kernel for the update.

    The arithmetic is Keras' (epsilon inside the root); only rounding differs.

    Args: those of `keras.optimizers.RMSprop`, without `centered`.
    Source: Hinton 2012, Neural Networks for Machine Learning, lecture 6e.
    """

    def build(self, variables: list[keras.Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        if not self.momentum:
            # The kernel writes there whether there is momentum or not.
            self._momentums: list[keras.Variable] = self.add_optimizer_variables(
                variables, "momentum"
            )

    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor
    ) -> None:
        dtype = variable.dtype
        index = self._get_variable_index(variable)
        tf.raw_ops.ResourceApplyRMSProp(
            var=variable.handle,
            ms=self._velocities[index].value.handle,
            mom=self._momentums[index].value.handle,
            lr=tf.cast(learning_rate, dtype),
            rho=tf.constant(self.rho, dtype),
            momentum=tf.constant(self.momentum, dtype),
            epsilon=tf.constant(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )


class FusedSGD(_Averaged, keras.optimizers.SGD):
    """Keras' gradient descent with TensorFlow's own kernel for the update.

    The arithmetic is Keras', with and without (Nesterov) momentum; only rounding differs.

    Args: those of `keras.optimizers.SGD`.
    """

    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor
    ) -> None:
        dtype = variable.dtype
        rate, gradient = tf.cast(learning_rate, dtype), tf.cast(gradient, dtype)
        if not self.momentum:
            tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=rate, delta=gradient)
            return
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle,
            accum=self.momentums[self._get_variable_index(variable)].value.handle,
            lr=rate,
            grad=gradient,
            momentum=tf.constant(self.momentum, dtype),
            use_nesterov=self.nesterov,
        )
