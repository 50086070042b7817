"""Evaluates both networks at samples, and on a grid of the space that these live in."""

from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.events import Arrays
from ganlib.fast.hardware import device_of
from ganlib.metrics.extent import view
from ganlib.models.lipschitz import lipschitz_bound
from ganlib.objectives import objective_of
from ganlib.recipes.base import Recipe
from ganlib.training.discriminator_pass import pack
from ganlib.training.generator import BATCH, Generator

# (B, *sample_shape) in the networks' units -> (B / packing,) logits.
Score = Callable[[tf.Tensor], tf.Tensor]
# Points along a line, and along each side of a square.
_ON_A_LINE = 201
_ON_A_SIDE = 41
# Lines of the latent grid, in each direction.
_LATENT_LINES = 21
_ARROWS = 150
# Real samples, generated ones and points between them, of each, where the slope is measured.
_SLOPES = 32


def compile_score(discriminator: keras.Model, sample_shape: tuple[int, ...], packing: int) -> Score:
    """Compiles the discriminator in inference mode, on its own device.

    Args:
        discriminator: (B / packing, ..., packing * C) -> (B / packing, 1) logits.
        sample_shape: shape of one sample, without the batch.
        packing: samples to a pack.
    Returns:
        (B, *sample_shape) float32 in the networks' units -> (B / packing,) float32 logits.
    """

    @tf.function(
        input_signature=[tf.TensorSpec((None, *sample_shape), tf.float32)], autograph=False
    )
    def score(samples: tf.Tensor) -> tf.Tensor:
        with tf.device(device_of(discriminator)):
            logits = discriminator(pack(samples, packing), training=False)
            return tf.cast(logits, tf.float32)[:, 0]

    return score


class Inspector:
    """Evaluates a run's networks without changing them.

    Args:
        recipe: what is trained.
        config: the run's knobs.
        discriminator: the network in training.
        score: the same, compiled; see `compile_score`.
        generator: draws the run's samples.
        real: (n, *sample_shape) real samples in the data's own units.

    Attributes:
        generator: see above.
        real: see above.
    """

    def __init__(
        self,
        recipe: Recipe[Any],
        config: RunConfig,
        discriminator: keras.Model,
        score: Score,
        generator: Generator,
        real: np.ndarray,
    ):
        self._recipe = recipe
        self._scaling = recipe.scaling(config)
        self._config = config
        self._discriminator = discriminator
        self._score = score
        self.generator = generator
        self.real = real
        self._kind = recipe.kind
        self._is_plane = recipe.kind == "plane"
        is_line = recipe.kind == "scalar" and real.shape[1:] == (1,)
        # A pack is more than one place.
        self._maps_space = config.packing == 1 and (is_line or self._is_plane)
        self._at = _places(real) if self._maps_space else np.zeros((0,), np.float32)

    def of_real(self) -> Arrays:
        """Distributions of the real samples, which are the same at every step."""
        return image_distributions(self.real) if self._kind == "image" else {}

    def snapshot(self, fresh: np.ndarray, fixed: np.ndarray, loss: str) -> Arrays:
        """The state of both networks as arrays by name.

        `scores_real` and `scores_generated`: the discriminator's logits, one a pack. Of
        images also what `image_distributions` gives. In one dimension `surface` (k,), the
        logits at the points `surface_at` (k,). In the plane `surface` (k, k), rows from low
        to high y, over `surface_at` (2, k), the x and y of its columns and rows; `manifold`
        (l, l, 2), where a grid of latents lands; `pull` (a, 2), how the first `a` of the fixed
        samples would move for the generator's loss to fall, up to one factor.

        Args:
            fresh: (m, *sample_shape) generated samples in the data's own units.
            fixed: (f, *sample_shape) those of the fixed noise.
            loss: name of the current loss, which may have been changed during the training.
        """
        found = {
            "scores_real": self._scores(self.real[: len(fresh)], self._seen_real),
            "scores_generated": self._scores(fresh),
        }
        if self._kind == "image":
            return found | image_distributions(fresh)
        if self._maps_space and not self._is_plane:
            found |= {"surface_at": self._at, "surface": self._scores(self._at[:, None])}
        elif self._maps_space:
            x, y = np.meshgrid(*self._at)
            points = np.stack([x, y], axis=-1).reshape(-1, 2)
            found |= {
                "surface_at": self._at,
                "surface": self._scores(points).reshape(x.shape),
                "manifold": self.generator.samples(latent_grid()).reshape(
                    _LATENT_LINES, _LATENT_LINES, 2
                ),
                "pull": self._pull(fixed[:_ARROWS], loss),
            }
        return found

    def slopes(self, fresh: np.ndarray) -> dict[str, float]:
        """How steep the discriminator is in inference mode: an upper and a lower bound.

        Slopes are in logits per Euclidean distance in the networks' units; with packing, of a
        pack from another one. The discriminator's Lipschitz constant lies between the two.

        Args:
            fresh: (m, *sample_shape) generated samples in the data's own units.
        Returns:
            lipschitz_bound: an upper bound of the slope anywhere; see `lipschitz_bound`.
            largest_slope: the largest norm of its gradient at 32 real samples, 32 generated
                ones and 32 points between them. In mixed precision the gradient is rounded to
                three digits.
            Empty where there is no such bound, as with minibatch discrimination, and where
            one of the two is not a finite number.
        """
        bound = lipschitz_bound(self._discriminator)
        if bound is None:
            return {}
        found = {"lipschitz_bound": bound, "largest_slope": self._largest_slope(fresh)}
        return found if all(np.isfinite(one) for one in found.values()) else {}

    def _largest_slope(self, fresh: np.ndarray) -> float:
        packing = self._config.packing
        count = min(max(_SLOPES, packing), len(self.real), len(fresh)) // packing * packing
        real, fake = self._seen_real(self.real[:count]), self._seen(fresh[:count])
        # One share of the real sample each, evenly from 0 to 1: nothing here is drawn at random.
        share = np.linspace(0, 1, count).reshape(-1, *[1] * (len(real.shape) - 1))
        mix = tf.constant(share, real.dtype)
        points = tf.concat([real, fake, mix * real + (1 - mix) * fake], axis=0)
        with tf.GradientTape() as tape:
            tape.watch(points)
            logits = self._score(points)
        gradients = np.asarray(tape.gradient(logits, points), np.float64)
        return float(np.linalg.norm(gradients.reshape(len(logits), -1), axis=1).max())

    def _scores(
        self, samples: np.ndarray, seen: Callable[[np.ndarray], tf.Tensor] | None = None
    ) -> np.ndarray:
        """Logits of samples in the data's own units, one a pack.

        Args:
            samples: (n, *sample_shape).
            seen: converts samples to the discriminator's input; `_seen` by default.
        """
        seen = seen or self._seen
        whole = len(samples) // self._config.packing * self._config.packing
        # Minibatch discrimination compares the samples of a batch, so batches are as in training.
        most = self._config.batch_size if self._config.minibatch_kernels else BATCH
        batch = min(most, BATCH) // self._config.packing * self._config.packing
        parts = [self._score(seen(samples[at : at + batch])) for at in range(0, whole, batch)]
        return np.concatenate([part.numpy() for part in parts])

    def _seen(self, samples: np.ndarray) -> tf.Tensor:
        """Samples in the networks' units."""
        return self._scaling.to_model(tf.constant(samples, self._scaling.dtype))

    def _seen_real(self, samples: np.ndarray) -> tf.Tensor:
        """Real samples in the networks' units, as the discriminator sees them."""
        with tf.device(device_of(self._discriminator)):
            return self._recipe.present_real(self._discriminator, self._seen(samples))

    def _pull(self, samples: np.ndarray, loss_name: str) -> np.ndarray:
        objective = objective_of(loss_name, 0.0)
        points = self._seen(samples)
        real = self._seen_real(self.real[: len(samples)])
        with tf.GradientTape() as tape:
            tape.watch(points)
            _, loss = objective(self._score(real)[:, None], self._score(points)[:, None])
        # The loss is a mean over the samples, and each sample has only its own share of it.
        slope = tape.gradient(loss, points) * len(samples)
        # The samples move along it in the networks' units, which may differ between coordinates.
        factor = np.asarray(self._scaling.factor)
        return np.asarray(-slope * factor / factor.max(), np.float32)


def image_distributions(images: np.ndarray) -> Arrays:
    """Two one-dimensional distributions of images.

    Args:
        images: (n, H, W, C) values 0 to 255.
    Returns:
        ink: (n,) float32, mean brightness of each image, 0 to 255.
        pixels: (n, 256) how many pixels of each image have which brightness, uint16 where it
            is enough.
    """
    flat = np.asarray(images, np.uint8).reshape(len(images), -1)
    places = flat + 256 * np.arange(len(images))[:, None]
    pixels = np.bincount(places.ravel(), minlength=256 * len(images)).reshape(-1, 256)
    if flat.shape[1] <= np.iinfo(np.uint16).max:
        pixels = pixels.astype(np.uint16)
    return {"ink": images.mean(axis=(1, 2, 3), dtype=np.float32), "pixels": pixels}


def latent_grid() -> np.ndarray:
    """(l * l, 2) latents in rows, the quantiles of N(0, 1) in both directions."""
    shares = np.linspace(0.02, 0.98, _LATENT_LINES)
    line = np.array([NormalDist().inv_cdf(share) for share in shares], np.float32)
    first, second = np.meshgrid(line, line)
    return np.stack([first, second], axis=-1).reshape(-1, 2)


def _places(real: np.ndarray) -> np.ndarray:
    """(k,) along the line, or (2, k) along the sides of the plane's view, around real samples."""
    flat = real.reshape(len(real), -1).astype(np.float64)
    centre, half = view(flat)
    count = _ON_A_LINE if flat.shape[1] == 1 else _ON_A_SIDE
    lines = np.linspace(centre - half, centre + half, count, axis=1)
    return (lines[0] if len(lines) == 1 else lines).astype(real.dtype)
