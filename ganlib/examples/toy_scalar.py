"""The smallest GAN: it learns a distribution of single numbers.

The generator bends normal noise, one number at a time, into a distribution with two peaks. The
discriminator tells real numbers from generated ones. What keeps the two networks from circling
for ever:

- a discriminator that learns ten times as fast as the generator,
- gradient penalties on real numbers (R1) and on generated ones (R2), which keep it smooth,
- learning rates that fall to zero along a cosine,
- a running average of the generator's weights, which makes the final samples.

Source: Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661, figure 1, which leaves the
networks open. The penalties are those of Mescheder et al. 2018, https://arxiv.org/abs/1801.04406;
the waves that the discriminator sees, of Tancik et al. 2020, https://arxiv.org/abs/2006.10739.

How to run it, with TensorFlow and Keras 3 installed:

    python toy_scalar.py
    python toy_scalar.py --steps 3000 --seed 1

It prints the losses and, at the end, the mean and the standard deviation of real and generated
numbers. Their histograms go to toy_scalar.png.
"""

import argparse
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

STEPS = 8_000
BATCH_SIZE = 256
PEAKS, PEAK_WIDTH = (-2.0, 2.0), 0.5
HIDDEN_UNITS = 64
GENERATOR_LEARNING_RATE = 1e-3
DISCRIMINATOR_LEARNING_RATE = 1e-2
BETA_1, BETA_2 = 0.0, 0.9
PENALTY_WEIGHT = 0.03
AVERAGE_DECAY = 0.999
OCTAVES = 4
LOG_EVERY = 500  # Prints the mean losses of so many steps.
RANGE = 2.5  # The histograms reach from -RANGE to RANGE.
PICTURE = "toy_scalar.png"


def real_numbers(count: int) -> tf.Tensor:
    """(count, 1) draws from two Gaussian peaks, scaled to standard deviation 1."""
    peaks = tf.where(tf.random.uniform((count, 1)) < 0.5, *PEAKS)
    draws = peaks + PEAK_WIDTH * tf.random.normal((count, 1))
    return draws / np.hypot(PEAKS[1], PEAK_WIDTH)


def make_generator() -> keras.Model:
    """(batch, 1) noise -> (batch, 1) numbers."""
    return keras.Sequential(
        [
            keras.Input((1,)),
            layers.Dense(HIDDEN_UNITS, activation="relu"),
            layers.Dense(HIDDEN_UNITS, activation="relu"),
            layers.Dense(HIDDEN_UNITS, activation="relu"),
            layers.Dense(1),
        ]
    )


def make_discriminator() -> keras.Model:
    """(batch, 1) numbers -> (batch, 1) logits, positive for "real"."""
    inputs = keras.Input((1,))
    # Fourier features: as waves, narrow peaks and sharp edges are easier to see.
    angles = inputs * tf.constant([[2.0**octave for octave in range(OCTAVES)]])
    x = layers.Concatenate()([inputs, keras.ops.sin(angles), keras.ops.cos(angles)])
    for _ in range(3):
        x = layers.LeakyReLU(0.2)(layers.Dense(HIDDEN_UNITS)(x))
    return keras.Model(inputs, layers.Dense(1)(x))


cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)


def discriminator_loss(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """Labels real numbers 1 and generated ones 0. Guessing costs log(2) = 0.693."""
    on_real = cross_entropy(tf.ones_like(real_logits), real_logits)
    on_fake = cross_entropy(tf.zeros_like(fake_logits), fake_logits)
    return (on_real + on_fake) / 2


def generator_loss(fake_logits: tf.Tensor) -> tf.Tensor:
    """The generator wants its numbers to be labelled 1 (the non-saturating loss)."""
    return cross_entropy(tf.ones_like(fake_logits), fake_logits)


def logits_and_penalty(
    discriminator: keras.Model, numbers: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the logits, and the mean of their squared slopes at the numbers."""
    with tf.GradientTape() as tape:
        tape.watch(numbers)
        logits = discriminator(numbers, training=True)
    return logits, tf.reduce_mean(tf.square(tape.gradient(logits, numbers)))


def make_optimizer(learning_rate: float, steps: int) -> keras.Optimizer:
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    return keras.optimizers.Adam(schedule, BETA_1, BETA_2)


class GAN:
    """Both networks, the generator's running average, and the step that trains them."""

    def __init__(self, steps: int) -> None:
        self.generator = make_generator()
        self.discriminator = make_discriminator()
        self.average = make_generator()
        self.average.set_weights(self.generator.get_weights())
        self.generator_optimizer = make_optimizer(GENERATOR_LEARNING_RATE, steps)
        self.discriminator_optimizer = make_optimizer(DISCRIMINATOR_LEARNING_RATE, steps)

    @tf.function
    def train_step(self, real: tf.Tensor, latents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Trains the discriminator, then the generator, and returns their losses in that order."""
        fake = self.generator(latents, training=True)
        with tf.GradientTape() as tape:
            real_logits, r1 = logits_and_penalty(self.discriminator, real)
            fake_logits, r2 = logits_and_penalty(self.discriminator, fake)
            d_loss = discriminator_loss(real_logits, fake_logits)
            penalized_loss = d_loss + PENALTY_WEIGHT / 2 * (r1 + r2)
        weights = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(tape.gradient(penalized_loss, weights), weights)

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
    parser = argparse.ArgumentParser(description="Train a GAN on single numbers.")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    keras.utils.set_random_seed(args.seed)
    gan = GAN(args.steps)

    losses = []
    for step in range(1, args.steps + 1):
        losses.append(gan.train_step(real_numbers(BATCH_SIZE), tf.random.normal((BATCH_SIZE, 1))))
        if step % LOG_EVERY == 0 or step == args.steps:
            d_loss, g_loss = np.mean(losses, axis=0)
            print(f"step {step:>6,}  discriminator {d_loss:.3f}  generator {g_loss:.3f}")
            losses.clear()

    real = real_numbers(100_000).numpy()
    generated = gan.average(tf.random.normal((100_000, 1)), training=False).numpy()
    for name, values in (("real", real), ("generated", generated)):
        print(f"{name:>9}: mean {values.mean():.3f}, standard deviation {values.std():.3f}")
    save_histogram(real, generated, PICTURE)
    print(f"Wrote {PICTURE}.")


if __name__ == "__main__":
    main()
