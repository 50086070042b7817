"""The fused update is Keras' own arithmetic."""

from collections import Counter
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganlib.fast.optimisers import FusedAdam, FusedRMSprop, FusedSGD

RATES = [0.01, "cosine"]


def trained(optimiser: keras.optimizers.Optimizer) -> list[np.ndarray]:
    """Two weights after 20 updates in a compiled function, with gradients of all sizes."""
    rng = np.random.default_rng(3)
    weights = [keras.Variable(np.ones(shape, np.float32)) for shape in ((4, 3), (3,))]
    optimiser.build(weights)

    @tf.function
    def update(first: tf.Tensor, second: tf.Tensor) -> None:
        optimiser.apply([first, second], weights)

    for _ in range(20):
        scale = np.float32(10.0 ** rng.uniform(-6, 3))
        update(*(tf.constant(scale * rng.normal(size=w.shape), tf.float32) for w in weights))
    assert int(optimiser.iterations) == 20
    return [weight.numpy() for weight in weights]


def of(rate: float | str, scale: float = 1.0) -> Any:
    """A learning rate, or one that falls along the updates."""
    if rate == "cosine":
        return keras.optimizers.schedules.CosineDecay(scale * 0.05, 20)
    return scale * float(rate)


def same(
    ours: keras.optimizers.Optimizer, theirs: keras.optimizers.Optimizer, least: float = 0.03
) -> None:
    """Both go the same way to rounding, and not nowhere."""
    for our, their in zip(trained(ours), trained(theirs), strict=True):
        assert np.abs(their - 1).max() > least
        scale = np.abs(their - 1).max()
        np.testing.assert_allclose(our, their, rtol=0, atol=2e-6 * max(scale, 1))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("betas", [(0.0, 0.9), (0.5, 0.999), (0.9, 0.999)])
def test_it_goes_where_keras_adam_goes(rate: float | str, betas: tuple[float, float]) -> None:
    same(FusedAdam(of(rate), *betas), keras.optimizers.Adam(of(rate), *betas))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("rho", "momentum"), [(0.9, 0.0), (0.9, 0.5), (0.99, 0.0)])
def test_it_goes_where_keras_rmsprop_goes(rate: float | str, rho: float, momentum: float) -> None:
    same(
        FusedRMSprop(of(rate), rho, momentum),
        keras.optimizers.RMSprop(of(rate), rho, momentum),
    )


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, True), (0.9, False), (0.9, True)])
def test_it_goes_where_keras_sgd_goes(rate: float | str, momentum: float, nesterov: bool) -> None:
    ours, theirs = (
        kind(of(rate, 0.01), momentum, nesterov) for kind in (FusedSGD, keras.optimizers.SGD)
    )
    same(ours, theirs)


@pytest.mark.parametrize(
    ("fused", "original"),
    [
        (FusedAdam, keras.optimizers.Adam),
        (FusedRMSprop, keras.optimizers.RMSprop),
        (FusedSGD, keras.optimizers.SGD),
    ],
)
def test_gradients_are_cut_first(fused: type, original: type) -> None:
    same(fused(0.01, clipvalue=1e-3), original(0.01, clipvalue=1e-3), least=1e-5)
    uncut, cut = trained(fused(0.01)), trained(fused(0.01, clipvalue=1e-3))
    assert np.abs(uncut[0] - cut[0]).max() > 1e-3


def test_adams_first_step_by_hand() -> None:
    # Bias correction makes the first step the learning rate, whatever the gradient's size,
    # but for epsilon, which is added to sqrt((1 - 0.999) g^2).
    weight = keras.Variable(np.zeros(2, np.float32))
    optimiser = FusedAdam(0.25, 0.9, 0.999)
    optimiser.apply([tf.constant([4.0, -0.001])], [weight])
    small = 0.25 / (1 + 1e-7 / (np.sqrt(0.001) * 0.001))
    np.testing.assert_allclose(weight.numpy(), [-0.25, small], rtol=0, atol=1e-6)


def test_rmsprops_first_steps_by_hand() -> None:
    # The mean square is 0.1 * 16, then 0.9 * 1.6 + 0.1 * 1; epsilon is inside the root, which
    # shows where the gradient is small: 0.1 * 1e-6 beside 1e-7.
    weight = keras.Variable(np.zeros(2, np.float32))
    optimiser = FusedRMSprop(0.25, 0.9, epsilon=1e-7)
    optimiser.apply([tf.constant([4.0, 1e-3])], [weight])
    first = [-0.25 * 4 / np.sqrt(1.6), -0.25 * 1e-3 / np.sqrt(1e-7 + 1e-7)]
    np.testing.assert_allclose(weight.numpy(), first, rtol=1e-6)
    optimiser.apply([tf.constant([-1.0, 0.0])], [weight])
    second = [first[0] + 0.25 / np.sqrt(1.54), first[1]]
    np.testing.assert_allclose(weight.numpy(), second, rtol=1e-6)


def test_nesterovs_first_steps_by_hand() -> None:
    # v = -0.1 * 2, and the weight goes by 0.9 v - 0.1 * 2; then v = 0.9 * -0.2 + 0.1 * 1.
    weight = keras.Variable(np.zeros(1, np.float32))
    optimiser = FusedSGD(0.1, 0.9, nesterov=True)
    optimiser.apply([tf.constant([2.0])], [weight])
    np.testing.assert_allclose(weight.numpy(), [-0.18 - 0.2], rtol=1e-6)
    optimiser.apply([tf.constant([-1.0])], [weight])
    np.testing.assert_allclose(weight.numpy(), [-0.38 + 0.9 * -0.08 + 0.1], rtol=1e-6)


@pytest.mark.parametrize("optimiser", [FusedAdam, FusedRMSprop, FusedSGD])
def test_what_all_weights_share_is_worked_out_once(optimiser: type) -> None:
    few, many = (_operations(optimiser(0.01), count) for count in (1, 9))
    assert few["Pow"] == many["Pow"] == (2 if optimiser is FusedAdam else 0)
    # Read are the rate and the number of updates, and no weight.
    assert 0 < few["ReadVariableOp"] == many["ReadVariableOp"]
    applied = [name for name in many if name.startswith("ResourceApply")]
    assert [many[name] for name in applied] == [9]


def _operations(optimiser: keras.optimizers.Optimizer, weights: int) -> Counter[str]:
    """How many of each kind an update of so many weights is made of."""
    variables = [keras.Variable(np.ones(3, np.float32)) for _ in range(weights)]
    optimiser.build(variables)

    @tf.function
    def update(gradient: tf.Tensor) -> None:
        optimiser.apply([gradient] * weights, variables)

    graph = update.get_concrete_function(tf.TensorSpec((3,))).graph
    return Counter(operation.type for operation in graph.get_operations())
