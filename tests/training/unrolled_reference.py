"""Unrolled discriminator updates in plain NumPy, float64, to compare the training step with.

Everything is written from the papers, and every derivative is worked out by hand. Arrays have a
first axis of length P: so many copies of the problem, each a little different, are computed at
once. Copy 0 is the problem itself, and the others give its central differences.

The discriminator is dense, tanh, dense; with spectral normalisation of both dense layers, batch
normalisation before the tanh, and dropout after it, where asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

Arrays = list[np.ndarray]
# (gradient with respect to real logits, gradient with respect to generated logits)
Slopes = tuple[np.ndarray, np.ndarray]

BATCH_NORMALISATION_EPSILON = 1e-3
ADAM_EPSILON = RMSPROP_EPSILON = 1e-7
RMSPROP_MEMORY = 0.9


def softplus(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(0, x)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def generator_loss(loss: str, real: np.ndarray, fake: np.ndarray) -> np.ndarray:
    """(P,) from logits of real and generated samples, (P, B, 1) each."""
    losses = {
        "non_saturating": lambda: softplus(-fake),
        "least_squares": lambda: (fake - 1) ** 2 / 2,
        "hinge": lambda: -fake,
        "wasserstein": lambda: -fake,
        "relativistic": lambda: softplus(real - fake),
    }
    return losses[loss]().mean(axis=(1, 2))


def discriminator_slopes(loss: str, real: np.ndarray, fake: np.ndarray, smoothing: float) -> Slopes:
    """Gradient of the discriminator's loss with respect to its logits, (P, B, 1) each.

    The losses are E[(1 - s) softplus(-r) + s softplus(r) + softplus(f)] / 2,
    E[(r - 1 + s)^2 + (f + 1)^2] / 2, E[max(0, 1 - r) + max(0, 1 + f)], E[f - r] and
    E[softplus(f - r)], of logits r and f on real and on generated samples, with smoothing s.
    """
    slopes: dict[str, Callable[[], Slopes]] = {
        "non_saturating": lambda: (
            ((smoothing - 1) * sigmoid(-real) + smoothing * sigmoid(real)) / 2,
            sigmoid(fake) / 2,
        ),
        "least_squares": lambda: (real - 1 + smoothing, fake + 1),
        "hinge": lambda: (-1.0 * (real < 1), 1.0 * (fake > -1)),
        "wasserstein": lambda: (-np.ones_like(real), np.ones_like(fake)),
        "relativistic": lambda: (-sigmoid(fake - real), sigmoid(fake - real)),
    }
    on_real, on_fake = slopes[loss]()
    return on_real / real.shape[1], on_fake / fake.shape[1]


@dataclass
class Adam:
    """Kingma and Ba 2014, arXiv 1412.6980, in the form at the end of section 2."""

    rate: float
    beta_1: float
    beta_2: float
    done: int
    means: Arrays
    squares: Arrays

    def step(self, weights: Arrays, gradients: Arrays) -> Arrays:
        self.done += 1
        size = self.rate * np.sqrt(1 - self.beta_2**self.done) / (1 - self.beta_1**self.done)
        memory = zip(self.means, self.squares, gradients, strict=True)
        moved = [
            (self.beta_1 * m + (1 - self.beta_1) * g, self.beta_2 * v + (1 - self.beta_2) * g**2)
            for m, v, g in memory
        ]
        self.means, self.squares = (list(found) for found in zip(*moved, strict=True))
        return [
            weight - size * m / (np.sqrt(v) + ADAM_EPSILON)
            for weight, (m, v) in zip(weights, moved, strict=True)
        ]


@dataclass
class RMSprop:
    """Hinton 2012, lecture 6e, with Keras' epsilon inside the root."""

    rate: float
    squares: Arrays

    def step(self, weights: Arrays, gradients: Arrays) -> Arrays:
        self.squares = [
            RMSPROP_MEMORY * v + (1 - RMSPROP_MEMORY) * g**2
            for v, g in zip(self.squares, gradients, strict=True)
        ]
        return [
            weight - self.rate * g / np.sqrt(v + RMSPROP_EPSILON)
            for weight, g, v in zip(weights, gradients, self.squares, strict=True)
        ]


@dataclass
class SGD:
    """Gradient descent with Nesterov momentum as `keras.optimizers.SGD` documents it."""

    rate: float
    momentum: float
    velocities: Arrays

    def step(self, weights: Arrays, gradients: Arrays) -> Arrays:
        self.velocities = [
            self.momentum * v - self.rate * g
            for v, g in zip(self.velocities, gradients, strict=True)
        ]
        return [
            weight + self.momentum * v - self.rate * g
            for weight, v, g in zip(weights, self.velocities, gradients, strict=True)
        ]


def _no_dropout(index: int) -> float:
    return 1.0


@dataclass
class Discriminator:
    """What a forward pass needs apart from the weights, and what it moves on.

    Args:
        normalised: whether there is batch normalisation, by the statistics of each pass' batch.
        mask: (B, units) that the hidden units are multiplied with, from the number of passes
            before. Each pass has a mask of its own.
        vectors: u of each dense layer with spectral normalisation; none without.
    """

    normalised: bool = False
    mask: Callable[[int], np.ndarray | float] = _no_dropout
    vectors: Arrays = field(default_factory=list)
    passes: int = 0

    def forward(
        self, weights: Arrays, samples: np.ndarray
    ) -> tuple[np.ndarray, Callable[[np.ndarray], Arrays]]:
        """Logits, and what turns their gradient into that of the weights.

        Args:
            weights: in Keras' order, each with P copies.
            samples: (P, B, n) or (B, n).
        """
        kernel, bias, *scales, last_kernel, last_bias = weights
        mask = self.mask(self.passes)
        self.passes += 1
        kernel, through_kernel = self._spectral(kernel, 0)
        last_kernel, through_last = self._spectral(last_kernel, 1)
        sums = samples @ kernel + bias[:, None]
        normal, through_normal = _normalise(sums) if self.normalised else (sums, None)
        if scales:
            sums = scales[0][:, None] * normal + scales[1][:, None]
        active = np.tanh(sums)
        hidden = active * mask

        def backward(slope: np.ndarray) -> Arrays:
            ends = [through_last(_turned(hidden) @ slope), slope.sum(axis=1)]
            slope = slope @ _turned(last_kernel) * mask * (1 - active**2)
            middle: Arrays = []
            if through_normal:
                middle = [(slope * normal).sum(axis=1), slope.sum(axis=1)]
                slope = through_normal(slope * scales[0][:, None])
            return [through_kernel(_turned(samples) @ slope), slope.sum(axis=1), *middle, *ends]

        return hidden @ last_kernel + last_bias[:, None], backward

    def _spectral(
        self, kernel: np.ndarray, layer: int
    ) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
        """W / sigma with sigma = v' W u: Miyato et al. 2018, algorithm 1 and eq. 11.

        One power iteration a pass. u and v count as constants of the gradient, so all copies
        have those of copy 0.
        """
        if not self.vectors:
            return kernel, lambda slope: slope
        matrix = kernel[0]
        u = _unit(matrix.T @ _unit(matrix @ self.vectors[layer]))
        v = _unit(matrix @ u)
        self.vectors[layer] = u
        sigma = np.einsum("i,pij,j->p", v, kernel, u)[:, None, None]

        def backward(slope: np.ndarray) -> np.ndarray:
            along = (slope * kernel).sum(axis=(1, 2), keepdims=True)
            return slope / sigma - along / sigma**2 * np.outer(v, u)

        return kernel / sigma, backward


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def _turned(matrices: np.ndarray) -> np.ndarray:
    return np.swapaxes(matrices, -1, -2)


def _normalise(sums: np.ndarray) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Ioffe and Szegedy 2015, arXiv 1502.03167, algorithm 1 and the gradients of section 3."""
    mean = partial(np.mean, axis=1, keepdims=True)
    root = np.sqrt(mean((sums - mean(sums)) ** 2) + BATCH_NORMALISATION_EPSILON)
    normal = (sums - mean(sums)) / root

    def backward(slope: np.ndarray) -> np.ndarray:
        return (slope - mean(slope) - normal * mean(slope * normal)) / root

    return normal, backward


@dataclass
class Unrolled:
    """k updates of the discriminator, then the generator's loss.

    Args:
        steps: k.
        loss: name of both networks' losses.
        weights: the discriminator's before the updates, in Keras' order.
        optimiser: makes the updates.
        discriminator: all else that it has.
        smoothing: of real labels.
        gradient_clip: 0 for none.
        weight_clip: 0 for none.
    Source: Metz et al. 2017, arXiv 1611.02163, eq. 7 to 9.
    """

    steps: int
    loss: str
    weights: Arrays
    optimiser: Adam | RMSprop | SGD
    discriminator: Discriminator
    smoothing: float = 0.0
    gradient_clip: float = 0.0
    weight_clip: float = 0.0
    # Share of gradients, of weights, and of logits beyond the hinge that were cut, by update.
    clipped: dict[str, list[float]] = field(default_factory=dict)

    def generator_loss(self, real: np.ndarray, fake: np.ndarray) -> np.ndarray:
        """(P,) from (B, n) real and (P, B, n) generated samples. Can be called once."""
        forward = self.discriminator.forward
        weights = [np.repeat(weight[None], len(fake), axis=0) for weight in self.weights]
        for _ in range(self.steps):
            # Training shows the real samples first.
            real_logits, from_real = forward(weights, real)
            fake_logits, from_fake = forward(weights, fake)
            slopes = discriminator_slopes(self.loss, real_logits, fake_logits, self.smoothing)
            self._note("hinge", [1 - real_logits, 1 + fake_logits], lambda one: one < 0)
            pairs = zip(from_real(slopes[0]), from_fake(slopes[1]), strict=True)
            gradients = [one + other for one, other in pairs]
            gradients = self._clip("gradient", gradients, self.gradient_clip)
            weights = self.optimiser.step(weights, gradients)
            weights = self._clip("weight", weights, self.weight_clip)
        # The generator's turn begins with the generated samples.
        fake_logits, _ = forward(weights, fake)
        real_logits, _ = forward(weights, real)
        return generator_loss(self.loss, real_logits, fake_logits)

    def _clip(self, name: str, values: Arrays, limit: float) -> Arrays:
        if not limit:
            return values
        self._note(name, values, lambda value: np.abs(value) > limit)
        return [np.clip(value, -limit, limit) for value in values]

    def _note(self, name: str, values: Arrays, beyond: Callable[[np.ndarray], np.ndarray]) -> None:
        found = np.concatenate([beyond(value[0]).ravel() for value in values])
        self.clipped.setdefault(name, []).append(float(found.mean()))


def difference_gradient(
    function: Callable[[np.ndarray], np.ndarray], at: Sequence[float] | np.ndarray
) -> tuple[float, np.ndarray]:
    """Value and gradient by central differences of fourth order.

    Args:
        function: (P, n) points -> (P,) values.
        at: (n,) where.
    Source: f' = (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / (12 h) + O(h^4).
    """
    width = 1e-5
    at = np.asarray(at)
    steps = width * np.concatenate([factor * np.eye(at.size) for factor in (1, -1, 2, -2)])
    value, *found = function(at + np.concatenate([np.zeros((1, at.size)), steps]))
    up, down, far_up, far_down = np.reshape(found, (4, -1))
    return float(value), (8 * (up - down) - (far_up - far_down)) / (12 * width)
