"""SNGAN on MNIST: a GAN whose discriminator is spectrally normalized.

Spectral normalization divides the weights of each layer of the discriminator, written as a matrix,
by their largest singular value. That limits how steep the discriminator can be, and so keeps it
from giving the generator useless gradients. One step of power iteration in each forward pass is
enough to follow the singular value, because the weights change slowly.

Source: "Training GANs", the section on spectral normalization; Miyato et al. 2018,
https://arxiv.org/abs/1802.05957, algorithm 1. In contrast to `keras.layers.SpectralNormalization`,
the layers here keep the kernel as it is, and the gradient passes through the singular value.

How to run it, with TensorFlow and Keras 3 installed:

    python sngan.py
    python sngan.py --steps 1000 --seed 1
    python sngan.py --data mnist.npz  # a local copy instead of a download
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
PICTURE = "sngan.png"


def load_images(path: str | None) -> np.ndarray:
    """Loads the training images as float32 of shape (n, 28, 28, 1), scaled to [-1, 1]."""
    if path:
        images = np.load(path, allow_pickle=False)["x_train"]
    else:
        (images, _), _ = keras.datasets.mnist.load_data()
    return images[..., np.newaxis].astype("float32") / 127.5 - 1.0


def normalize(kernel: tf.Tensor, vector: keras.Variable, training: bool) -> tf.Tensor:
    """Divides a kernel by its largest singular value.

    Args:
        kernel: (..., outputs).
        vector: (outputs, 1), an estimate of the right singular vector.
        training: whether to improve the estimate by one step of power iteration.
    """
    matrix = tf.reshape(kernel, (-1, kernel.shape[-1]))
    if training:
        constant = tf.stop_gradient(matrix)
        left = tf.math.l2_normalize(tf.matmul(constant, vector))
        vector.assign(tf.math.l2_normalize(tf.matmul(constant, left, transpose_a=True)))
    product = tf.matmul(matrix, tf.stop_gradient(tf.convert_to_tensor(vector)))
    left = tf.stop_gradient(tf.math.l2_normalize(product))
    return kernel / tf.reduce_sum(left * product)


class SpectralConv2D(layers.Conv2D):
    """A Conv2D layer with a spectrally normalized kernel."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.vector = self.add_weight((self.filters, 1), "orthogonal", trainable=False)

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        kernel = normalize(tf.convert_to_tensor(self.kernel), self.vector, training)
        return keras.ops.conv(inputs, kernel, self.strides, self.padding) + self.bias


class SpectralDense(layers.Dense):
    """A Dense layer with a spectrally normalized kernel."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.vector = self.add_weight((self.units, 1), "orthogonal", trainable=False)

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        kernel = normalize(tf.convert_to_tensor(self.kernel), self.vector, training)
        return tf.matmul(inputs, kernel) + self.bias


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
            SpectralConv2D(64, 4, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            SpectralConv2D(128, 4, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            SpectralDense(1),
        ]
    )


def discriminator_loss(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """Hinge loss: real images should score above 1, generated ones below -1."""
    on_real = tf.reduce_mean(tf.nn.relu(1.0 - real_logits))
    on_fake = tf.reduce_mean(tf.nn.relu(1.0 + fake_logits))
    return on_real + on_fake


def generator_loss(fake_logits: tf.Tensor) -> tf.Tensor:
    """The generator wants high logits for its images."""
    return -tf.reduce_mean(fake_logits)


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
    parser = argparse.ArgumentParser(description="Train a spectrally normalized GAN on MNIST.")
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
