"""The books' training loops, written anew so that they learn on today's Keras.

They are what a reader would run: plain Keras layers and optimisers, batches drawn with
NumPy, `predict` and `train_on_batch`. The books freeze the discriminator once, after
compiling it, and with Keras 3 it then never learns; here it is frozen for the generator's
update only.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import keras
import numpy as np

from ganlib.config import Optimiser, RunConfig
from ganlib.recipes.base import Latent, Recipe


class BookLoop(ABC):
    """What all of them have in common.

    Args:
        recipe: whose networks and numbers are taken.
        config: its knobs.
        samples: (n, *sample_shape) raw real ones to draw batches from.

    Attributes:
        generator: (B, latent) -> (B, *sample_shape).
        discriminator: (B, *sample_shape) -> (B, 1) logits.
    """

    # Of the recipe, where it does not play the book's game by default.
    knobs: ClassVar[dict[str, object]] = {}
    loss: Any = keras.losses.BinaryCrossentropy(from_logits=True)
    metrics: tuple[str, ...] = ()
    # What the discriminator should answer.
    real = 1.0
    generated = 0.0

    def __init__(self, recipe: Recipe[Any], config: RunConfig, samples: np.ndarray) -> None:
        self._config = config
        self._latent: Latent = recipe.latent(config)
        scaled = recipe.scaling(config).to_model(samples)
        self._samples = np.asarray(scaled, np.float32)
        self._rng = np.random.default_rng(config.seed)
        self.generator = recipe.generator(config)
        self.generator.build((None, self._latent.size))
        self.discriminator = recipe.discriminator(config)
        self.discriminator.build((None, *samples.shape[1:]))
        settings: dict[str, Any] = {"loss": self.loss, "metrics": list(self.metrics)}
        self.discriminator.compile(
            optimizer=optimiser(config, config.optimiser, config.discriminator_learning_rate),
            **settings,
        )
        noise = keras.Input((self._latent.size,))
        self._combined = keras.Model(noise, self.discriminator(self.generator(noise)))
        self._combined.compile(
            optimizer=optimiser(
                config, config.resolved_generator_optimiser, config.generator_learning_rate
            ),
            loss=self.loss,
        )

    def step(self) -> None:
        """One generator update, with the updates of the discriminator that belong to it."""
        self.discriminator.trainable = True
        self._train_discriminator()
        self.discriminator.trainable = False
        # The generator wants its samples to be called real.
        self._combined.train_on_batch(self._noise(), self._answers(self.real))

    @abstractmethod
    def _train_discriminator(self) -> None:
        """All its updates of one step."""

    def _batch(self) -> np.ndarray:
        return self._samples[self._rng.integers(0, len(self._samples), self._config.batch_size)]

    def _noise(self) -> np.ndarray:
        shape = (self._config.batch_size, self._latent.size)
        if self._latent.distribution == "uniform":
            return self._rng.uniform(-1, 1, shape).astype(np.float32)
        return self._rng.standard_normal(shape).astype(np.float32)

    def _generated(self) -> np.ndarray:
        found: np.ndarray = self.generator.predict(self._noise(), verbose=0)
        return found

    def _learn(self, *parts: tuple[np.ndarray, float]) -> None:
        """One update of the discriminator, on one batch of samples and what they should be."""
        samples = np.concatenate([batch for batch, _ in parts])
        answers = np.concatenate([self._answers(answer) for _, answer in parts])
        self.discriminator.train_on_batch(samples, answers)

    def _answers(self, value: float) -> np.ndarray:
        return np.full((self._config.batch_size, 1), value, np.float32)


class TogetherLoop(BookLoop):
    """Real and generated samples in one batch: B1 and B4."""

    metrics = ("accuracy",)

    def _train_discriminator(self) -> None:
        self._learn((self._batch(), self.real), (self._generated(), self.generated))


class CalledLoop(BookLoop):
    """As together, the generator called as a function instead of by `predict`: B3."""

    knobs: ClassVar[dict[str, object]] = {"preset": "as printed"}

    def _train_discriminator(self) -> None:
        generated = np.asarray(self.generator(self._noise()))
        self._learn((generated, self.generated), (self._batch(), self.real))


class ApartLoop(BookLoop):
    """Real and generated samples in batches of their own: B2."""

    metrics = ("accuracy",)

    def _train_discriminator(self) -> None:
        self._learn((self._batch(), self.real))
        self._learn((self._generated(), self.generated))


def wasserstein(answers: Any, scores: Any) -> Any:
    """The critic's loss for answers of -1 (real) and 1 (generated)."""
    return keras.ops.mean(answers * scores)


class CriticLoop(BookLoop):
    """Several updates of a critic whose weights are clipped after each: B5."""

    loss = staticmethod(wasserstein)
    real = -1.0
    generated = 1.0

    def _train_discriminator(self) -> None:
        limit = self._config.weight_clip
        for _ in range(self._config.discriminator_steps):
            self._learn((self._batch(), self.real))
            self._learn((self._generated(), self.generated))
            for layer in self.discriminator.layers:
                layer.set_weights([np.clip(w, -limit, limit) for w in layer.get_weights()])


LOOPS: dict[str, type[BookLoop]] = {
    "toy/gaussian-vector": TogetherLoop,
    "mnist/dcgan": ApartLoop,
    "fashion/dense": CalledLoop,
    "quickdraw/conv": TogetherLoop,
    "wgan/clip": CriticLoop,
}


def optimiser(
    config: RunConfig, kind: Optimiser, learning_rate: float
) -> keras.optimizers.Optimizer:
    """Keras' own optimiser of that kind, with the recipe's numbers."""
    clip = config.gradient_clip or None
    if kind == "adam":
        return keras.optimizers.Adam(learning_rate, config.beta_1, config.beta_2, clipvalue=clip)
    if kind == "rmsprop":
        return keras.optimizers.RMSprop(learning_rate, clipvalue=clip)
    return keras.optimizers.SGD(learning_rate, config.momentum, nesterov=True, clipvalue=clip)
