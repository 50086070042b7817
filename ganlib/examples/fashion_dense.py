"""A GAN of dense layers on Fashion-MNIST, trained with a relativistic loss.

Two small dense networks, the generator and the discriminator, learn to draw clothes. With the
classic loss they draw only some of the ten classes (mode collapse). Three techniques prevent that:

- The relativistic loss compares each real image with a generated one, so the generator cannot win
  by giving up some of the data.
- Gradient penalties on real images (R1) and on generated ones (R2) keep the discriminator smooth.
- Images are drawn by a running average of the generator's weights, which is less noisy.

Source: "Hands-On Machine Learning with Scikit-Learn, Keras, and TensorFlow", 2nd edition, chapter
17, for the networks; Huang et al. 2024, https://arxiv.org/abs/2501.05441, for the loss and the
penalties; Yazici et al. 2018, https://arxiv.org/abs/1806.04498, for the average.

How to run it, with TensorFlow and Keras 3 installed:

    python fashion_dense.py
    python fashion_dense.py --steps 10000 --seed 1
    python fashion_dense.py --data fashion_mnist.npz  # a local copy instead of a download
"""

import argparse
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

STEPS = 93_750  # As many images as in 50 epochs of 60,000.
BATCH_SIZE = 32
LATENT_SIZE = 30
LEARNING_RATE = 3e-4
BETA_1 = 0.0  # Adam without momentum.
PENALTY_WEIGHT = 1.0
AVERAGE_DECAY = 0.9995
LOG_EVERY = 1_875  # Prints the mean losses of so many steps.
GRID = 6  # Rows and columns of images in the picture.
PICTURE = "fashion_dense.png"


def load_images(path: str | None) -> np.ndarray:
    """Loads the training images as float32 of shape (n, 28, 28, 1), scaled to [0, 1]."""
    if path:
        images = np.load(path, allow_pickle=False)["x_train"]
    else:
        (images, _), _ = keras.datasets.fashion_mnist.load_data()
    return images[..., np.newaxis].astype("float32") / 255.0


def make_generator() -> keras.Model:
    """(batch, 30) latent vectors -> (batch, 28, 28, 1) images in [0, 1]."""
    return keras.Sequential(
        [
            keras.Input((LATENT_SIZE,)),
            layers.Dense(100, activation="selu"),
            layers.Dense(150, activation="selu"),
            layers.Dense(28 * 28, activation="sigmoid"),
            layers.Reshape((28, 28, 1)),
        ]
    )


def make_discriminator() -> keras.Model:
    """(batch, 28, 28, 1) images -> (batch, 1) logits, higher for what looks more real."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(150, activation="selu"),
            layers.Dense(100, activation="selu"),
            layers.Dense(1),
        ]
    )


def relativistic_loss(winner_logits: tf.Tensor, loser_logits: tf.Tensor) -> tf.Tensor:
    """Small where each logit of the first batch is above its partner in the second."""
    return tf.reduce_mean(tf.nn.softplus(loser_logits - winner_logits))


def logits_and_penalty(
    discriminator: keras.Model, images: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the logits, and their gradient's mean squared norm with respect to the images."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = discriminator(images, training=True)
    gradients = tape.gradient(logits, images)
    return logits, tf.reduce_mean(tf.reduce_sum(tf.square(gradients), axis=(1, 2, 3)))


class GAN:
    """Both networks, the generator's running average, and the step that trains them."""

    def __init__(self) -> None:
        self.generator = make_generator()
        self.discriminator = make_discriminator()
        self.average = make_generator()
        self.average.set_weights(self.generator.get_weights())
        self.generator_optimizer = keras.optimizers.Adam(LEARNING_RATE, beta_1=BETA_1)
        self.discriminator_optimizer = keras.optimizers.Adam(LEARNING_RATE, beta_1=BETA_1)

    @tf.function
    def train_step(self, real: tf.Tensor, latents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Trains the discriminator, then the generator, and returns their losses in that order."""
        fake = self.generator(latents, training=True)
        with tf.GradientTape() as tape:
            real_logits, r1 = logits_and_penalty(self.discriminator, real)
            fake_logits, r2 = logits_and_penalty(self.discriminator, fake)
            d_loss = relativistic_loss(real_logits, fake_logits)
            penalized_loss = d_loss + PENALTY_WEIGHT / 2 * (r1 + r2)
        weights = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(tape.gradient(penalized_loss, weights), weights)

        # The updated discriminator now scores the same two batches.
        with tf.GradientTape() as tape:
            fake_logits = self.discriminator(self.generator(latents, training=True), training=True)
            real_logits = self.discriminator(real, training=True)
            g_loss = relativistic_loss(fake_logits, real_logits)
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


def save_grid(images: tf.Tensor, path: str) -> None:
    """Writes GRID * GRID images in [0, 1] as one PNG file."""
    rows = tf.reshape(images, (GRID, GRID, 28, 28))
    grid = tf.reshape(tf.transpose(rows, (0, 2, 1, 3)), (GRID * 28, GRID * 28, 1))
    pixels = tf.cast(tf.round(grid * 255.0), tf.uint8)
    tf.io.write_file(path, tf.io.encode_png(pixels))


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a dense GAN on Fashion-MNIST.")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", metavar="FILE", help=".npz file with the images as x_train")
    args = parser.parse_args()

    keras.utils.set_random_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    images = load_images(args.data)
    gan = GAN()

    losses = []
    for step in range(1, args.steps + 1):
        real = images[rng.integers(len(images), size=BATCH_SIZE)]
        latents = tf.random.normal((BATCH_SIZE, LATENT_SIZE))
        losses.append(gan.train_step(tf.constant(real), latents))
        if step % LOG_EVERY == 0 or step == args.steps:
            d_loss, g_loss = np.mean(losses, axis=0)
            print(f"step {step:>6,}  discriminator {d_loss:.3f}  generator {g_loss:.3f}")
            losses.clear()

    latents = tf.random.normal((GRID * GRID, LATENT_SIZE))
    save_grid(gan.average(latents, training=False), PICTURE)
    print(f"Wrote {PICTURE}.")


if __name__ == "__main__":
    main()
