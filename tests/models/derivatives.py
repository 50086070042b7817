"""What a network gives, and its gradients, for comparing it with another one."""

import keras
import tensorflow as tf


def values_and_gradients(
    model: keras.Model, images: tf.Tensor, pull: tf.Tensor, training: bool = False
) -> list[tf.Tensor]:
    """The output, and the gradients of its product with `pull`: by the images, by each weight."""
    weights = [weight.value for weight in model.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch(images)
        output = model(images, training=training)
        total = tf.reduce_sum(tf.cast(output, pull.dtype) * pull)
    return [output, *tape.gradient(total, [images, *weights])]
