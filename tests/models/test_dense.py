"""Multilayer perceptrons."""

import numpy as np
import pytest

from ganlib.models.dense import dense_discriminator, dense_generator, mlp


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


def test_a_dense_generator_of_images() -> None:
    network = dense_generator(
        [100, 150], (28, 28, 1), activation="selu", output_activation="sigmoid"
    )
    images = network(np.random.default_rng(0).normal(size=(3, 30)).astype(np.float32)).numpy()
    assert images.shape == (3, 28, 28, 1)
    assert 0 < images.min() < 0.5 < images.max() < 1
    # 30 * 100 + 100, 100 * 150 + 150, 150 * 784 + 784.
    assert network.count_params() == 3_100 + 15_150 + 118_384
    # The book leaves Keras' initialisation: uniform to sqrt(6 / (inputs + outputs)).
    assert np.abs(network.weights[0].numpy()).max() == pytest.approx(np.sqrt(6 / 130), rel=0.01)


def test_a_dense_discriminator_of_images() -> None:
    network = dense_discriminator([150, 100], activation="selu")
    assert network(np.zeros((3, 28, 28, 1), np.float32)).shape == (3, 1)
    # 784 * 150 + 150, 150 * 100 + 100, 100 + 1.
    assert network.count_params() == 117_750 + 15_100 + 101
    kinds = [type(layer).__name__ for layer in network.layers]
    assert kinds == ["Flatten", "Dense", "Activation", "Dense", "Activation", "Dense"]
