"""A convolutional GAN on Quick, Draw!: it learns to draw apples.

The generator turns 32 random numbers into a drawing of 28 x 28 pixels. The discriminator tells
what people drew from what the generator drew. Each step trains the discriminator on a batch of
both, then trains the generator to have its drawings taken for real.

Source: "Deep Learning Illustrated", chapter 12, for the networks. The book trains with RMSprop;
here Adam with a low beta_1, a slower discriminator and one-sided label smoothing (Salimans et al.
2016, https://arxiv.org/abs/1606.03498) keep the discriminator from winning early.

How to run it, with TensorFlow and Keras 3 installed:

    python quickdraw_conv.py  # downloads 113 MB of drawings first
    python quickdraw_conv.py --steps 600 --seed 1
    python quickdraw_conv.py --data apple.npy  # a local copy instead of a download
"""

import argparse
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

URL = "https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap"
CATEGORY = "apple"  # One of 345, such as "cat" or "The Eiffel Tower".
MAX_DRAWINGS = 20_000

STEPS = 2_000
BATCH_SIZE = 128
LATENT_SIZE = 32
GENERATOR_LEARNING_RATE = 4e-4
DISCRIMINATOR_LEARNING_RATE = 2e-4
BETA_1 = 0.5  # With Adam's usual 0.9, GANs tend to oscillate.
GRADIENT_CLIP = 1.0  # For each number of a gradient.
REAL_LABEL = 0.9  # One-sided label smoothing: not 1, so the discriminator never gets too sure.
DROPOUT = 0.4
BATCH_NORM_MOMENTUM = 0.9
LOG_EVERY = 50  # Prints the mean losses of so many steps.
GRID = 4  # Rows and columns of images in the picture.
PICTURE = "quickdraw_conv.png"


def load_images(path: str | None) -> np.ndarray:
    """Loads the drawings as float32 of shape (n, 28, 28, 1), scaled to [0, 1]."""
    if not path:
        file_name = f"quickdraw_{CATEGORY}.npy".replace(" ", "_")
        path = keras.utils.get_file(file_name, f"{URL}/{CATEGORY}.npy".replace(" ", "%20"))
    drawings = np.load(path, allow_pickle=False)[:MAX_DRAWINGS]
    return drawings.reshape(-1, 28, 28, 1).astype("float32") / 255.0


def make_generator() -> keras.Model:
    """(batch, 32) latent vectors -> (batch, 28, 28, 1) drawings in [0, 1]."""
    return keras.Sequential(
        [
            keras.Input((LATENT_SIZE,)),
            layers.Dense(7 * 7 * 64),
            layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM),
            layers.ReLU(),
            layers.Reshape((7, 7, 64)),
            layers.Dropout(DROPOUT),
            layers.UpSampling2D(),
            layers.Conv2D(32, 5, padding="same"),
            layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM),
            layers.ReLU(),
            layers.UpSampling2D(),
            layers.Conv2D(16, 5, padding="same"),
            layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM),
            layers.ReLU(),
            layers.Conv2DTranspose(8, 5, padding="same"),
            layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM),
            layers.ReLU(),
            layers.Conv2D(1, 5, padding="same", activation="sigmoid"),
        ]
    )


def make_discriminator() -> keras.Model:
    """(batch, 28, 28, 1) drawings -> (batch, 1) logits, positive for "real"."""
    stack = [keras.Input((28, 28, 1))]
    for filters, strides in ((64, 2), (128, 2), (256, 2), (512, 1)):
        stack += [
            layers.Conv2D(filters, 5, strides=strides, padding="same", activation="relu"),
            layers.Dropout(DROPOUT),
        ]
    return keras.Sequential([*stack, layers.Flatten(), layers.Dense(1)])


cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)


def discriminator_loss(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
    """Labels real drawings REAL_LABEL and generated ones 0."""
    on_real = cross_entropy(REAL_LABEL * tf.ones_like(real_logits), real_logits)
    on_fake = cross_entropy(tf.zeros_like(fake_logits), fake_logits)
    return (on_real + on_fake) / 2


def generator_loss(fake_logits: tf.Tensor) -> tf.Tensor:
    """The generator wants its drawings to be labelled 1 (the non-saturating loss)."""
    return cross_entropy(tf.ones_like(fake_logits), fake_logits)


class GAN:
    """Both networks, their optimizers, and the step that trains them."""

    def __init__(self) -> None:
        self.generator = make_generator()
        self.discriminator = make_discriminator()
        self.generator_optimizer = keras.optimizers.Adam(
            GENERATOR_LEARNING_RATE, beta_1=BETA_1, clipvalue=GRADIENT_CLIP
        )
        self.discriminator_optimizer = keras.optimizers.Adam(
            DISCRIMINATOR_LEARNING_RATE, beta_1=BETA_1, clipvalue=GRADIENT_CLIP
        )

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
    """Writes GRID * GRID images in [0, 1] as one PNG file."""
    rows = tf.reshape(images, (GRID, GRID, 28, 28))
    grid = tf.reshape(tf.transpose(rows, (0, 2, 1, 3)), (GRID * 28, GRID * 28, 1))
    pixels = tf.cast(tf.round(grid * 255.0), tf.uint8)
    tf.io.write_file(path, tf.io.encode_png(pixels))


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a GAN on Quick, Draw!.")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", metavar="FILE", help="the category's .npy file")
    args = parser.parse_args()

    keras.utils.set_random_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    images = load_images(args.data)
    gan = GAN()

    losses = []
    for step in range(1, args.steps + 1):
        real = images[rng.integers(len(images), size=BATCH_SIZE)]
        latents = tf.random.uniform((BATCH_SIZE, LATENT_SIZE), -1, 1)
        losses.append(gan.train_step(tf.constant(real), latents))
        if step % LOG_EVERY == 0 or step == args.steps:
            d_loss, g_loss = np.mean(losses, axis=0)
            print(f"step {step:>6,}  discriminator {d_loss:.3f}  generator {g_loss:.3f}")
            losses.clear()

    latents = tf.random.uniform((GRID * GRID, LATENT_SIZE), -1, 1)
    save_grid(gan.generator(latents, training=False), PICTURE)
    print(f"Wrote {PICTURE}.")


if __name__ == "__main__":
    main()
