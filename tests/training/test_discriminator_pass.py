"""Packs, noise, clipping and penalties, where a step uses them."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.training import step
from ganlib.training.discriminator_pass import add_instance_noise, pack
from tests.training.test_step import batches, context, dense_networks, linear, update


def test_a_pack_of_numbers_stands_side_by_side() -> None:
    samples = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
    assert pack(samples, 2).numpy().tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert pack(samples, 1) is samples


def test_a_pack_of_images_is_one_image_with_more_channels() -> None:
    images = tf.reshape(tf.range(6 * 2 * 3, dtype=tf.float32), (6, 2, 3, 1))
    packed = pack(images, 3).numpy()
    assert packed.shape == (2, 2, 3, 3)
    for row in range(2):
        for channel in range(3):
            np.testing.assert_array_equal(
                packed[row, :, :, channel], images[3 * row + channel, :, :, 0]
            )


@pytest.mark.parametrize(("at", "sd"), [(1, 0.5), (51, 0.25), (100, 0.005)])
def test_instance_noise_falls_to_nothing(at: int, sd: float) -> None:
    zeros = tf.zeros((4_000, 2))
    config = RunConfig(instance_noise=0.5)
    noise = add_instance_noise(zeros, config, context(at), 0).numpy()
    assert abs(noise.mean()) < 0.1 * sd
    assert noise.std() == pytest.approx(sd, rel=0.05)
    assert (add_instance_noise(zeros, config, context(at), 1).numpy() != noise).all()
    np.testing.assert_array_equal(add_instance_noise(zeros, config, context(at), 0), noise)
    assert add_instance_noise(zeros, RunConfig(), context(at), 0) is zeros


def test_the_critics_weights_are_clipped_after_every_update(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    networks = dense_networks()
    largest: list[float] = []

    def look() -> None:
        weights = networks.discriminator.trainable_variables
        largest.append(max(float(np.abs(weight.numpy()).max()) for weight in weights))

    real_function = step.discriminator_pass

    def spy(*arguments: Any) -> Any:
        look()
        return real_function(*arguments)

    monkeypatch.setattr(step, "discriminator_pass", spy)
    figures = update(networks, *batches(3), loss="wasserstein", weight_clip=0.03)
    look()
    assert len(largest) == 4
    assert largest[0] > 0.1, "it began within the limit, which would prove nothing"
    assert all(0.02 < weight <= 0.03 for weight in largest[1:])
    assert 0 < float(figures["clipped_share"]) <= 1


def test_the_penalty_of_a_linear_critic_in_a_step() -> None:
    # D(x) = 3 x, so the penalty is (3 - 1)^2 and its slope in the weight is 2 (3 - 1) = 4.
    networks = linear(3.0, 1e-3)
    zeros = tf.zeros((1, 4, 1))
    update(
        networks,
        zeros,
        zeros,
        loss="wasserstein",
        gradient_penalty="wgan_gp",
        gradient_penalty_weight=10.0,
    )
    weight = float(networks.discriminator.trainable_variables[0].numpy()[0, 0])
    # On zeros the loss itself pulls at nothing: 3 - 0.001 * 10 * 4.
    assert weight == pytest.approx(3 - 0.04, abs=1e-5)


def test_the_critics_estimate_is_the_difference_of_its_means() -> None:
    networks = dense_networks()
    real, latents = batches(1)
    fake = networks.generator(latents[0])
    expected = networks.discriminator(real[0]).numpy().mean()
    expected -= networks.discriminator(fake).numpy().mean()
    figures = update(networks, real, latents, loss="wasserstein", weight_clip=1.0)
    assert float(figures["critic_distance"]) == pytest.approx(float(expected), abs=1e-5)
    assert float(figures["discriminator_loss"]) == pytest.approx(-float(expected), abs=1e-5)
