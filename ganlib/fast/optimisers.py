"""Optimisers that update a weight with one operation instead of two dozen."""

import keras
import tensorflow as tf

from ganlib.optimisers import SGD, Adam, RMSprop


class _Fused:
    """Mixed into an optimiser: prepares the step size once for all weights."""

    def _backend_update_step(
        self,
        grads: list[tf.Tensor],
        trainable_variables: list[keras.Variable],
        learning_rate: keras.Variable,
    ) -> None:
        # Once for all weights; Keras would leave that to the update of each.
        dtype = trainable_variables[0].dtype
        step_size = self._step_size(tf.cast(learning_rate, dtype))
        super()._backend_update_step(grads, trainable_variables, step_size)  # type: ignore[misc]

    def _step_size(self, learning_rate: tf.Tensor) -> tf.Tensor:
        """What `update_step` is given as learning rate; both are scalars of the weights' dtype."""
        return learning_rate


class FusedAdam(_Fused, Adam):
    """Keras' Adam with TensorFlow's own kernel for the update.

    The arithmetic is Keras' (bias-corrected step size, epsilon outside the root); only
    rounding differs. A small network spends most of its step on starting operations, and
    most of its compilation on tracing them, so fewer of them pay twice.

    Args: those of `keras.optimizers.Adam`, without `amsgrad`.
    Source: Kingma and Ba 2014, arXiv 1412.6980, the form at the end of section 2.
    """

    def _step_size(self, learning_rate: tf.Tensor) -> tf.Tensor:
        dtype = learning_rate.dtype
        step = tf.cast(self.iterations.value + 1, dtype)
        power_1, power_2 = (
            tf.pow(tf.constant(beta, dtype), step) for beta in (self.beta_1, self.beta_2)
        )
        return learning_rate * tf.sqrt(1 - power_2) / (1 - power_1)

    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor
    ) -> None:
        dtype = variable.dtype
        index = self._get_variable_index(variable)
        # The kernel would correct the step size for the powers; it is corrected already.
        corrected = tf.constant(0, dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=corrected,
            beta2_power=corrected,
            lr=tf.cast(learning_rate, dtype),
            beta1=tf.constant(self.beta_1, dtype),
            beta2=tf.constant(self.beta_2, dtype),
            epsilon=tf.constant(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )


class FusedRMSprop(_Fused, RMSprop):
    """Keras' RMSprop with TensorFlow's own kernel for the update.

    The arithmetic is Keras' (epsilon inside the root); only rounding differs.

    Args: those of `keras.optimizers.RMSprop`, without `centered`.
    Source: Hinton 2012, Neural Networks for Machine Learning, lecture 6e.
    """

    def build(self, variables: list[keras.Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        # The kernel writes the momentum whether there is any or not. Without momentum it never
        # reads what it wrote, so this is no state, and a checkpoint does not have it.
        self._written = [variable.value for variable in self._momentums or ()]
        for variable in () if self.momentum else variables:
            strategy = self._distribution_strategy.extended
            with strategy.colocate_vars_with(variable.value):
                start = tf.zeros(variable.shape, variable.dtype)
                self._written.append(tf.Variable(start, trainable=False))

    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor
    ) -> None:
        dtype = variable.dtype
        index = self._get_variable_index(variable)
        tf.raw_ops.ResourceApplyRMSProp(
            var=variable.handle,
            ms=self._velocities[index].value.handle,
            mom=self._written[index].handle,
            lr=tf.cast(learning_rate, dtype),
            rho=tf.constant(self.rho, dtype),
            momentum=tf.constant(self.momentum, dtype),
            epsilon=tf.constant(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )


class FusedSGD(_Fused, SGD):
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
