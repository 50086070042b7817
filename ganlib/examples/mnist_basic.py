"""A basic GAN on MNIST: two small convolutional networks and the classic loss.

The generator turns 100 random numbers into an image of 28 x 28 pixels. The discriminator tells
real images from generated ones. Each step trains the discriminator on a batch of both, then
trains the generator to have its images taken for real.

Source: "Training GANs", section 3.3.1, which leaves the networks open; these are the ones of its
section on Wasserstein GANs. The loss is that of Goodfellow et al. 2014,
https://arxiv.org/abs/1406.2661. The book trains with Adam's defaults, which soon give black
images; the learning rate and beta_1 here are those of DCGAN, https://arxiv.org/abs/1511.06434.

How to run it, with TensorFlow and Keras 3 installed:

    python mnist_basic.py
    python mnist_basic.py --steps 1000 --seed 1
    python mnist_basic.py --data mnist.npz  # a local copy instead of a download
"""

import argparse
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

STEPS = 10_000
BATCH_SIZE = 64
LATENT_SIZE = 100
LEARNING_RATE = 2e-4
BETA_1 = 0.5  # With Adam's usual 0.9, GANs tend to oscillate.
BATCH_NORM_MOMENTUM = 0.8
LOG_EVERY = 100  # Prints the mean losses of so many steps.
GRID = 5  # Rows and columns of images in the picture.
PICTURE = "mnist_basic.png"


def load_images(path: str | None) -> np.ndarray:
    """Loads the training images as float32 of shape (n, 28, 28, 1), scaled to [-1, 1]."""
    if path:
        images = np.load(path, allow_pickle=False)["x_train"]
    else:
        (images, _), _ = keras.datasets.mnist.load_data()
    return images[..., np.newaxis].astype("float32") / 127.5 - 1.0


def make_generator() -> keras.Model:
    """(batch, 100) latent vectors -> (batch, 28, 28, 1) images in [-1, 1]."""
    return keras.Sequential(
        [
            keras.Input((LATENT_SIZE,)),
            layers.Dense(7 * 7 * 128, activation="relu"),
            layers.Reshape((7, 7, 128)),
            layers.Conv2DTranspose(128, 4, strides=2, padding="same"),
            layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM),
            layers.LeakyReLU(0.2),
            layers.Conv2DTranspose(64, 4, strides=2, padding="same"),
            layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM),
            layers.LeakyReLU(0.2),
            layers.Conv2DTranspose(1, 4, padding="same", activation="tanh"),
        ]
    )


def make_discriminator() -> keras.Model:
    """(batch, 28, 28, 1) images -> (batch, 1) logits, positive for "real"."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(64, 4, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(128, 4, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)


def discriminator_loss(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """Labels real images 1 and generated ones 0. Guessing costs log(2) = 0.693."""
    on_real = cross_entropy(tf.ones_like(real_logits), real_logits)
    on_fake = cross_entropy(tf.zeros_like(fake_logits), fake_logits)
    return (on_real + on_fake) / 2


def generator_loss(fake_logits: tf.Tensor) -> tf.Tensor:
    """The generator wants its images to be labelled 1 (the non-saturating loss)."""
    return cross_entropy(tf.ones_like(fake_logits), fake_logits)


class GAN:
    """Both networks, their optimizers, and the step that trains them."""

    def __init__(self) -> None:
        self.generator = make_generator()
        self.discriminator = make_discriminator()
        self.generator_optimizer = keras.optimizers.Adam(LEARNING_RATE, beta_1=BETA_1)
        self.discriminator_optimizer = keras.optimizers.Adam(LEARNING_RATE, beta_1=BETA_1)

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

        # The updated discriminator now scores images made from the same latent vectors.
        with tf.GradientTape() as tape:
            fake = self.generator(latents, training=True)
            g_loss = generator_loss(self.discriminator(fake, training=True))
        weights = self.generator.trainable_variables
        self.generator_optimizer.apply(tape.gradient(g_loss, weights), weights)
        return d_loss, g_loss


def save_grid(images: tf.Tensor, path: str) -> None:
    """Writes GRID * GRID images in [-1, 1] as one PNG file."""
    rows = tf.reshape(images, (GRID, GRID, 28, 28))
    grid = tf.reshape(tf.transpose(rows, (0, 2, 1, 3)), (GRID * 28, GRID * 28, 1))
    pixels = tf.cast(tf.round((grid + 1.0) * 127.5), tf.uint8)
    tf.io.write_file(path, tf.io.encode_png(pixels))


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a basic GAN on MNIST.")
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
    save_grid(gan.generator(latents, training=False), PICTURE)
    print(f"Wrote {PICTURE}.")


if __name__ == "__main__":
    main()
