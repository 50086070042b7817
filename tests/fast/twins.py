"""Comparing a layer of ours with the one of Keras that it stands for."""

import keras
import numpy as np
import tensorflow as tf

from ganlib.models.clone_seeded import clone_seeded


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


def gradients_of_gradients(model: keras.Model, images: tf.Tensor) -> list[tf.Tensor]:
    """Of a penalty on the model's gradients: by the images, by each weight."""
    sources = [images, *(weight.value for weight in model.trainable_variables)]
    with tf.GradientTape() as outer:
        outer.watch(images)
        with tf.GradientTape() as inner:
            inner.watch(sources)
            total = tf.reduce_sum(tf.sin(model(images)))
        pulls = inner.gradient(total, sources)
        penalty = tf.add_n([tf.reduce_sum(tf.square(pull)) for pull in pulls])
    found: list[tf.Tensor] = outer.gradient(penalty, sources)
    return found


def begin_alike(
    ours: keras.layers.Layer, theirs: keras.layers.Layer, shape: tuple[int, ...]
) -> None:
    """Asserts that both have the same output shape and the same weights from the same seed."""
    one, other = (
        clone_seeded(keras.Sequential([layer]), shape, 7, "float32") for layer in (ours, theirs)
    )
    assert one.output_shape == other.output_shape
    for first, second in zip(one.weights, other.weights, strict=True):
        assert first.name == second.name
        np.testing.assert_array_equal(first, second)
