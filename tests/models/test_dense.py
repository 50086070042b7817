"""Multilayer perceptrons."""

import keras
import numpy as np
import pytest

from ganlib.models.dense import mlp


def test_layers_in_order() -> None:
    network = mlp([5, 7], 2)
    network.build((None, 3))
    kernels = [tuple(weight.shape) for weight in network.weights]
    assert kernels == [(3, 5), (5,), (5, 7), (7,), (7, 2), (2,)]
    # 3 * 5 + 5, 5 * 7 + 7, 7 * 2 + 2.
    assert network.count_params() == 20 + 42 + 16


@pytest.mark.parametrize(
    ("activation", "at_minus_1"),
    [
        ("relu", 0.0),
        ("leaky_relu", -0.2),
        ("tanh", -np.tanh(1)),
        # 1.0507 * 1.67326 * (exp(-1) - 1)
        ("selu", -1.11133),
    ],
)
def test_hidden_activation(activation: str, at_minus_1: float) -> None:
    network = mlp([1], 1, activation=activation)  # type: ignore[arg-type]
    network.build((None, 1))
    for weight in network.weights:
        weight.assign(np.full(weight.shape, 1.0 if len(weight.shape) == 2 else 0.0))
    found = network(np.array([[-1.0]], np.float32)).numpy().item()
    assert found == pytest.approx(at_minus_1, abs=1e-4)


def test_output_activation() -> None:
    inputs = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
    linear, sigmoid = (mlp([4], 2, output_activation=name) for name in ("linear", "sigmoid"))
    linear.build((None, 3))
    sigmoid.build((None, 3))
    sigmoid.set_weights(linear.get_weights())
    expected = 1 / (1 + np.exp(-linear(inputs).numpy()))
    np.testing.assert_allclose(sigmoid(inputs), expected, rtol=0, atol=1e-6)


def test_no_hidden_layer_is_one_line() -> None:
    network = mlp([], 1)
    assert [type(layer) for layer in network.layers] == [keras.layers.Dense]
