"""Wasserstein GAN on MNIST, with clipped weights.

A critic takes the place of the discriminator. It scores every image without bounds, and is trained
to score real images higher than generated ones. As long as its slope is limited, the difference of
the two mean scores estimates, up to a factor, the Wasserstein distance between real and generated
images; the generator learns to reduce it. Clipping every weight after each update of the critic
limits the slope.

Source: "Training GANs", section 3.3.3; Arjovsky et al. 2017, https://arxiv.org/abs/1701.07875,
algorithm 1. The book's code trains with the mean squared error and clips the weights only once; the
loss and the clipping here are the paper's.

How to run it, with TensorFlow and Keras 3 installed:

    python wgan_clip.py
    python wgan_clip.py --steps 1000 --seed 1
    python wgan_clip.py --data mnist.npz  # a local copy instead of a download
"""

import argparse
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

STEPS = 10_000
CRITIC_STEPS = 5  # Updates of the critic for each one of the generator.
BATCH_SIZE = 64
LATENT_SIZE = 100
LEARNING_RATE = 5e-5
WEIGHT_CLIP = 0.01
BATCH_NORM_MOMENTUM = 0.8
LOG_EVERY = 50  # Prints the mean losses of so many steps.
GRID = 5  # Rows and columns of images in the picture.
PICTURE = "wgan_clip.png"


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


def make_critic() -> keras.Model:
    """(batch, 28, 28, 1) images -> (batch, 1) scores, unbounded."""
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


def critic_loss(real_scores: tf.Tensor, fake_scores: tf.Tensor) -> tf.Tensor:
    """The more negative, the higher the critic scores real images above generated ones."""
    return tf.reduce_mean(fake_scores) - tf.reduce_mean(real_scores)


def generator_loss(fake_scores: tf.Tensor) -> tf.Tensor:
    """The generator wants high scores for its images."""
    return -tf.reduce_mean(fake_scores)


class WGAN:
    """Both networks, their optimizers, and the step that trains them."""

    def __init__(self) -> None:
        self.generator = make_generator()
        self.critic = make_critic()
        self.generator_optimizer = keras.optimizers.RMSprop(LEARNING_RATE)
        self.critic_optimizer = keras.optimizers.RMSprop(LEARNING_RATE)

    def train_critic(self, real: tf.Tensor, latents: tf.Tensor) -> tf.Tensor:
        """Updates the critic once and returns its loss."""
        fake = self.generator(latents, training=True)
        with tf.GradientTape() as tape:
            loss = critic_loss(self.critic(real, training=True), self.critic(fake, training=True))
        weights = self.critic.trainable_variables
        self.critic_optimizer.apply(tape.gradient(loss, weights), weights)
        for weight in weights:
            weight.assign(keras.ops.clip(weight, -WEIGHT_CLIP, WEIGHT_CLIP))
        return loss

    @tf.function
    def train_step(self, real: tf.Tensor, latents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Trains the critic CRITIC_STEPS times, then the generator once.

        Args:
            real: (CRITIC_STEPS, BATCH_SIZE, 28, 28, 1), a new batch for each update.
            latents: (CRITIC_STEPS, BATCH_SIZE, LATENT_SIZE); the generator's update uses the last.
        Returns:
            The critic's loss at its last update, and the generator's.
        """
        for index in range(CRITIC_STEPS):
            c_loss = self.train_critic(real[index], latents[index])

        with tf.GradientTape() as tape:
            fake = self.generator(latents[-1], training=True)
            g_loss = generator_loss(self.critic(fake, training=True))
        weights = self.generator.trainable_variables
        self.generator_optimizer.apply(tape.gradient(g_loss, weights), weights)
        return c_loss, g_loss


def save_grid(images: tf.Tensor, path: str) -> None:
    """Writes GRID * GRID images in [-1, 1] as one PNG file."""
    rows = tf.reshape(images, (GRID, GRID, 28, 28))
    grid = tf.reshape(tf.transpose(rows, (0, 2, 1, 3)), (GRID * 28, GRID * 28, 1))
    pixels = tf.cast(tf.round((grid + 1.0) * 127.5), tf.uint8)
    tf.io.write_file(path, tf.io.encode_png(pixels))


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a WGAN with clipped weights.")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", metavar="FILE", help=".npz file with the images as x_train")
    args = parser.parse_args()

    keras.utils.set_random_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    images = load_images(args.data)
    wgan = WGAN()

    losses = []
    for step in range(1, args.steps + 1):
        real = images[rng.integers(len(images), size=(CRITIC_STEPS, BATCH_SIZE))]
        latents = tf.random.normal((CRITIC_STEPS, BATCH_SIZE, LATENT_SIZE))
        losses.append(wgan.train_step(tf.constant(real), latents))
        if step % LOG_EVERY == 0 or step == args.steps:
            c_loss, g_loss = np.mean(losses, axis=0)
            print(f"step {step:>6,}  critic {c_loss:.4f}  generator {g_loss:.4f}")
            losses.clear()

    latents = tf.random.normal((GRID * GRID, LATENT_SIZE))
    save_grid(wgan.generator(latents, training=False), PICTURE)
    print(f"Wrote {PICTURE}.")


if __name__ == "__main__":
    main()
