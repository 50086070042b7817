"""A first GAN: vectors of 200 Gaussian numbers.

The generator turns a vector of uniform noise into 200 numbers that should look like draws from
N(0, 1). The discriminator tells real vectors from generated ones. Each step trains the
discriminator on a batch of both, then trains the generator to have its vectors taken for real.

The two networks circle around each other instead of settling. A running average of the generator's
weights evens that out, and makes the final samples.

Source: a Chinese deep learning book, section 13.3. Its generator ends in a sigmoid, which cannot
reach numbers below 0 or above 1; this one has a linear output, and learning rates to suit. The loss
is that of Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661; the average is described by
Yazici et al. 2018, https://arxiv.org/abs/1806.04498.

How to run it, with TensorFlow and Keras 3 installed:

    python toy_gaussian_vector.py
    python toy_gaussian_vector.py --steps 2000 --seed 1

It prints the losses and, at the end, the mean and the standard deviation of real and generated
numbers. Their histograms go to toy_gaussian_vector.png.
"""

import argparse
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

STEPS = 500
BATCH_SIZE = 128
SIZE = 200  # Numbers in a vector, of noise as well.
MEAN, STANDARD_DEVIATION = 0.0, 1.0
HIDDEN_UNITS = 256
GENERATOR_LEARNING_RATE = 0.1
DISCRIMINATOR_LEARNING_RATE = 0.005
AVERAGE_DECAY = 0.95
LOG_EVERY = 50  # Prints the mean losses of so many steps.
RANGE = 4.0  # The histograms reach from -RANGE to RANGE.
PICTURE = "toy_gaussian_vector.png"


def real_vectors(count: int) -> tf.Tensor:
    return tf.random.normal((count, SIZE), MEAN, STANDARD_DEVIATION)


def latent_vectors(count: int) -> tf.Tensor:
    return tf.random.uniform((count, SIZE), -1.0, 1.0)


def make_generator() -> keras.Model:
    """(batch, 200) noise -> (batch, 200) numbers."""
    return keras.Sequential(
        [
            keras.Input((SIZE,)),
            layers.Dense(HIDDEN_UNITS, activation="relu"),
            layers.Dense(SIZE),
        ]
    )


def make_discriminator() -> keras.Model:
    """(batch, 200) numbers -> (batch, 1) logits, positive for "real"."""
    return keras.Sequential(
        [
            keras.Input((SIZE,)),
            layers.Dense(HIDDEN_UNITS, activation="relu"),
            layers.Dense(1),
        ]
    )


cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)


def discriminator_loss(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """Labels real vectors 1 and generated ones 0. Guessing costs log(2) = 0.693."""
    on_real = cross_entropy(tf.ones_like(real_logits), real_logits)
    on_fake = cross_entropy(tf.zeros_like(fake_logits), fake_logits)
    return (on_real + on_fake) / 2


def generator_loss(fake_logits: tf.Tensor) -> tf.Tensor:
    """The generator wants its vectors to be labelled 1 (the non-saturating loss)."""
    return cross_entropy(tf.ones_like(fake_logits), fake_logits)


class GAN:
    """Both networks, the generator's running average, and the step that trains them."""

    def __init__(self) -> None:
        self.generator = make_generator()
        self.discriminator = make_discriminator()
        self.average = make_generator()
        self.average.set_weights(self.generator.get_weights())
        self.generator_optimizer = keras.optimizers.SGD(GENERATOR_LEARNING_RATE)
        self.discriminator_optimizer = keras.optimizers.SGD(DISCRIMINATOR_LEARNING_RATE)

    @tf.function
    def train_step(self, real: tf.Tensor, latents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Trains the discriminator, then the generator, and returns their losses in that order."""
        fake = self.generator(latents, training=True)
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(real, training=True)
            fake_logits = self.discriminator(fake, training=True)
            d_loss = discriminator_loss(real_logits, fake_logits)
        weights = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(tape.gradient(d_loss, weights), weights)

        # The updated discriminator now scores samples made from the same latent vectors.
        with tf.GradientTape() as tape:
            fake = self.generator(latents, training=True)
            g_loss = generator_loss(self.discriminator(fake, training=True))
        weights = self.generator.trainable_variables
        self.generator_optimizer.apply(tape.gradient(g_loss, weights), weights)
        self.update_average()
        return d_loss, g_loss

    def update_average(self) -> None:
        """Moves the average towards the generator, quickly at first and more slowly later."""
        step = tf.cast(self.generator_optimizer.iterations, tf.float32)
        decay = tf.minimum(AVERAGE_DECAY, (1.0 + step) / (10.0 + step))
        for average, weight in zip(self.average.weights, self.generator.weights, strict=True):
            average.assign(decay * average + (1.0 - decay) * weight)


def save_histogram(real: np.ndarray, generated: np.ndarray, path: str) -> None:
    """Writes two histograms as one PNG file: real blue, generated orange, brown where both are."""
    edges = np.linspace(-RANGE, RANGE, 81)
    shares = [np.histogram(values, edges, density=True)[0] for values in (real, generated)]
    heights = np.linspace(np.max(shares), 0.0, 300)[:, np.newaxis]
    is_real, is_generated = (share > heights for share in shares)
    pixels = np.full((*is_real.shape, 3), 255, np.uint8)
    pixels[is_real] = (120, 170, 220)
    pixels[is_generated] = (240, 150, 80)
    pixels[is_real & is_generated] = (150, 110, 90)
    tf.io.write_file(path, tf.io.encode_png(np.repeat(pixels, 6, axis=1)))


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a GAN on Gaussian vectors.")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    keras.utils.set_random_seed(args.seed)
    gan = GAN()

    losses = []
    for step in range(1, args.steps + 1):
        losses.append(gan.train_step(real_vectors(BATCH_SIZE), latent_vectors(BATCH_SIZE)))
        if step % LOG_EVERY == 0 or step == args.steps:
            d_loss, g_loss = np.mean(losses, axis=0)
            print(f"step {step:>6,}  discriminator {d_loss:.3f}  generator {g_loss:.3f}")
            losses.clear()

    real = real_vectors(2_000).numpy()
    generated = gan.average(latent_vectors(2_000), training=False).numpy()
    for name, values in (("real", real), ("generated", generated)):
        print(f"{name:>9}: mean {values.mean():.3f}, standard deviation {values.std():.3f}")
    save_histogram(real, generated, PICTURE)
    print(f"Wrote {PICTURE}.")


if __name__ == "__main__":
    main()
