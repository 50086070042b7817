"""The generator's gradient through unrolled updates, against finite differences in float64.

`AdversarialStep` runs in float64 here, with the same code as in training. What it has to give
is written in plain NumPy in `unrolled_reference.py`, which also says how dropout, batch
normalisation and spectral normalisation are defined along the updates.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ganlib.fast.normalised import FusedBatchNormalization
from ganlib.fast.optimisers import FusedSGD
from ganlib.models.dense import mlp
from ganlib.models.spectral import SpectralDense
from ganlib.training.discriminator_pass import add_instance_noise
from ganlib.training.networks import Networks, build_networks
from ganlib.training.step import AdversarialStep, Batches
from tests.support.small_recipe import Small, SmallConfig
from tests.training.test_step import context
from tests.training.unrolled_reference import (
    SGD,
    Adam,
    Discriminator,
    RMSprop,
    Unrolled,
    difference_gradient,
)

BATCH, LATENT, SIZE = 6, 3, 2
DROPOUT = 0.4
LOSSES = ["non_saturating", "least_squares", "hinge", "wasserstein", "relativistic"]
OPTIMISERS: dict[str, dict[str, Any]] = {
    "adam": {"optimiser": "adam", "discriminator_learning_rate": 0.02, "beta_2": 0.99},
    "rmsprop": {"optimiser": "rmsprop", "discriminator_learning_rate": 0.02},
    "sgd": {"optimiser": "sgd", "discriminator_learning_rate": 0.3},
    "momentum": {"optimiser": "sgd", "discriminator_learning_rate": 0.2, "momentum": 0.6},
}
SPECTRAL = {"spectral_normalisation": True}
# Parts of the discriminator, and knobs. Spectral normalisation and weight clipping exclude each
# other.
TECHNIQUES: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "dropout": (("dropout",), {}),
    "batch normalisation": (("batch",), {}),
    "spectral normalisation": ((), SPECTRAL),
    "all three and gradient clipping": (("batch", "dropout"), {**SPECTRAL, "gradient_clip": 0.05}),
    "weight clipping": (("batch", "dropout"), {"weight_clip": 1.5}),
}
# What concerns no optimiser.
OTHERS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "a spectrally normalised critic": (("dropout",), {**SPECTRAL, "loss": "wasserstein"}),
    "packing and instance noise": (("dropout",), {"packing": 2, "instance_noise": 0.3}),
    "smoothed labels": ((), {"loss": "non_saturating", "label_smoothing": 0.2}),
    "smoothed labels of least squares": ((), {"loss": "least_squares", "label_smoothing": 0.2}),
}
CASES = [(name, optimiser) for name in TECHNIQUES for optimiser in OPTIMISERS]
CASES += [(name, "adam") for name in OTHERS]


class Smooth(Small):
    """Two numbers from three; all layers are smooth, so only clipping and hinge have kinks.

    Args:
        parts: "batch" for batch normalisation, "dropout" for dropout.
        free: whether the generator's weights are its samples: its latents are rows of the unit
            matrix.
    """

    def __init__(self, parts: tuple[str, ...] = (), free: bool = False) -> None:
        self._parts, self._free = parts, free

    def latent(self, config: SmallConfig) -> Any:
        return replace(super().latent(config), size=BATCH if self._free else LATENT)

    def generator(self, config: SmallConfig) -> keras.Model:
        if self._free:
            return keras.Sequential([layers.Dense(SIZE, use_bias=False)])
        return mlp([4], SIZE, activation="tanh")

    def discriminator(self, config: SmallConfig) -> keras.Model:
        found: list[layers.Layer] = [layers.Dense(5)]
        found += [FusedBatchNormalization()] if "batch" in self._parts else []
        found += [layers.Activation("tanh")]
        found += [layers.Dropout(DROPOUT)] if "dropout" in self._parts else []
        return keras.Sequential([*found, layers.Dense(1)])


@dataclass
class Problem:
    """Networks in float64 with all that a step needs."""

    config: SmallConfig
    networks: Networks
    real: np.ndarray
    latents: np.ndarray
    free: bool


@cache
def _built(knobs: tuple[tuple[str, Any], ...], parts: tuple[str, ...], free: bool) -> Any:
    recipe = Smooth(parts, free)
    config = recipe.parse({"batch_size": BATCH, "seed": 5, **dict(knobs)})
    networks = build_networks(recipe, config, (SIZE,), "float64")
    # With a learning rate of 1, the generator's weights move by their gradient.
    optimiser = FusedSGD(1.0)
    optimiser.build(networks.generator.trainable_variables)
    networks = replace(networks, generator_optimiser=optimiser)
    rng = np.random.default_rng(3)
    for weight in networks.discriminator.trainable_variables:
        weight.assign(1.4 * rng.normal(size=weight.shape))
    for weight in networks.generator.trainable_variables:
        weight.assign(rng.normal(size=weight.shape))
    return config, networks, networks.state()


def problem(parts: tuple[str, ...] = (), free: bool = False, **knobs: Any) -> Problem:
    """A fresh one; networks of the same kind are built once."""
    # What is not in the networks must not have them built again.
    late = ("loss", "unrolled_steps", "label_smoothing", "weight_clip", "instance_noise")
    built = {name: value for name, value in knobs.items() if name not in late}
    config, networks, start = _built(tuple(sorted(built.items())), parts, free)
    networks.restore(start)
    rng = np.random.default_rng(8)
    real = 0.5 + rng.normal(size=(4, BATCH, SIZE))
    latents = np.eye(BATCH)[None].repeat(4, 0) if free else rng.normal(size=(4, BATCH, LATENT))
    config = Smooth().parse({**config.model_dump(), **knobs})
    return Problem(config, networks, real, latents, free)


def generator_step(one: Problem, warm: int) -> tuple[float, np.ndarray, np.ndarray]:
    """(loss, gradient, weights before it) of the generator, after `warm` steps without unrolling.

    Where there are none, the discriminator does not learn in the step itself either, so that
    its optimiser is fresh.
    """
    networks = one.networks
    for index in range(warm + 1):
        ahead = one.config.unrolled_steps if index == warm else 0
        weights = arrays(networks.generator.trainable_variables)
        config = one.config.model_copy(update={"unrolled_steps": ahead})
        step = AdversarialStep(networks, config, context(index + 1), "" if warm else "generator")
        real, latents = one.real[index : index + 1], one.latents[index : index + 1]
        figures = step.run(Batches(tf.constant(real), tf.constant(latents)))
    after = arrays(networks.generator.trainable_variables)
    pairs = zip(weights, after, strict=True)
    gradient = np.concatenate([(old - new).ravel() for old, new in pairs])
    loss = figures["generator_loss"]
    assert loss.dtype == tf.float64
    return float(loss), gradient, np.concatenate([weight.ravel() for weight in weights])


def arrays(variables: list[keras.Variable]) -> list[np.ndarray]:
    return [variable.numpy() for variable in variables]


def reference(one: Problem) -> Unrolled:
    """The same in NumPy, from where the networks are now."""
    config, networks = one.config, one.networks
    found, optimiser = networks.discriminator, networks.discriminator_optimiser
    weights = arrays(found.trainable_variables)
    rate = float(optimiser.learning_rate)
    if config.optimiser == "adam":
        means, squares = arrays(optimiser._momentums), arrays(optimiser._velocities)
        done = int(optimiser.iterations)
        updates: Any = Adam(rate, config.beta_1, config.beta_2, done, means, squares)
    elif config.optimiser == "rmsprop":
        updates = RMSprop(rate, arrays(optimiser._velocities))
    else:
        velocities = arrays(optimiser.momentums) or [np.zeros_like(one) for one in weights]
        updates = SGD(rate, config.momentum, velocities)
    kinds = [type(layer).__name__ for layer in found.layers]
    spectral = [layer.vector for layer in found.layers if isinstance(layer, SpectralDense)]
    discriminator = Discriminator(
        normalised="FusedBatchNormalization" in kinds,
        vectors=[vector[:, 0] for vector in arrays(spectral)],
    )
    if "Dropout" in kinds:
        seed, passes = found.layers[kinds.index("Dropout")].seed_generator.state.numpy()
        ones = tf.ones((BATCH // config.packing, 5), tf.float64)

        def mask(index: int) -> np.ndarray:
            # Keras counts a Dropout layer's passes, and its seed and the count give the mask.
            return tf.nn.experimental.stateless_dropout(
                ones, DROPOUT, seed=[seed, passes + index]
            ).numpy()

        discriminator.mask = mask
    return Unrolled(
        config.unrolled_steps,
        config.loss,
        weights,
        updates,
        discriminator,
        config.label_smoothing,
        config.gradient_clip,
        config.weight_clip,
    )


def expected(one: Problem, warm: int, weights: np.ndarray) -> tuple[float, np.ndarray, Unrolled]:
    """(loss, gradient) of the generator by central differences, and how they were made."""
    unrolled = reference(one)
    config = one.config
    noise = [
        add_instance_noise(tf.zeros((BATCH, SIZE)), config, context(warm + 1), index).numpy()
        for index in (2, 3)
    ]

    def packed(samples: np.ndarray, noise: np.ndarray) -> np.ndarray:
        return (samples + noise).reshape(*samples.shape[:-2], -1, config.packing * SIZE)

    def loss(parameters: np.ndarray) -> np.ndarray:
        samples = _samples(parameters, one.latents[warm], one.free)
        return unrolled.generator_loss(packed(one.real[warm], noise[1]), packed(samples, noise[0]))

    return *difference_gradient(loss, weights), unrolled


def _samples(parameters: np.ndarray, latents: np.ndarray, free: bool) -> np.ndarray:
    """(P, n) weights of the generator -> (P, B, 2)."""
    if free:
        return parameters.reshape(-1, BATCH, SIZE)
    ends = np.cumsum([LATENT * 4, 4, 4 * SIZE])
    first, bias, second, last_bias = np.split(parameters, ends, axis=1)
    hidden = np.tanh(latents @ first.reshape(-1, LATENT, 4) + bias[:, None])
    return hidden @ second.reshape(-1, 4, SIZE) + last_bias[:, None]


def relative_error(found: np.ndarray, right: np.ndarray) -> float:
    return float(np.linalg.norm(found - right) / np.linalg.norm(right))


def check(one: Problem, warm: int) -> Unrolled:
    """Loss and gradient are those of the definition, and the definition is not trivial."""
    loss, gradient, weights = generator_step(one, warm)
    right_loss, right, unrolled = expected(one, warm, weights)
    assert loss == pytest.approx(right_loss, rel=1e-10)
    assert np.linalg.norm(right) > 1e-3
    assert relative_error(gradient, right) < 1e-7
    return unrolled


@pytest.mark.parametrize(("steps", "warm"), [(1, 0), (5, 1)], ids=["fresh", "warm"])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("loss", LOSSES)
def test_the_gradient_of_samples_and_weights(
    loss: str, optimiser: str, steps: int, warm: int
) -> None:
    knobs = {"loss": loss, "unrolled_steps": steps, **OPTIMISERS[optimiser]}
    # This loss needs a bounded critic.
    knobs |= {"weight_clip": 1.5} if loss == "wasserstein" else {}
    for free in (True, False):
        unrolled = check(problem(free=free, **knobs), warm)
        if loss == "hinge":
            # Some logits are beyond the hinge and add nothing to the loss, others are not.
            assert any(0 < share < 1 for share in unrolled.clipped["hinge"])


@pytest.mark.parametrize(("technique", "optimiser"), CASES)
def test_the_gradient_with(technique: str, optimiser: str) -> None:
    parts, knobs = {**TECHNIQUES, **OTHERS}[technique]
    knobs = {"loss": "relativistic", "unrolled_steps": 5, **OPTIMISERS[optimiser], **knobs}
    unrolled = check(problem(parts, free=True, **knobs), 1)
    for name in ("gradient", "weight"):
        if knobs.get(f"{name}_clip"):
            assert any(0 < share < 1 for share in unrolled.clipped[name])


def test_the_gradient_with_minibatch_discrimination() -> None:
    # Each logit depends on the whole batch. Along a direction, the step's own loss is compared.
    one = problem(free=True, loss="relativistic", unrolled_steps=2, minibatch_kernels=3)
    start, [samples] = one.networks.state(), one.networks.generator.trainable_variables
    _, gradient, at = generator_step(one, 0)
    direction = np.random.default_rng(2).normal(size=at.size)

    def loss(far: float) -> float:
        one.networks.restore(start)
        samples.assign((at + far * direction).reshape(samples.shape))
        return generator_step(one, 0)[0]

    _, [right] = difference_gradient(lambda far: np.array([loss(x) for x in far[:, 0]]), [0.0])
    assert abs(right) > 1e-3
    assert gradient @ direction == pytest.approx(right, rel=1e-7)
