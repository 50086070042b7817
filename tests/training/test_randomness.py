"""Draws follow from seed, stream and step, and from nothing else."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from ganlib.recipes.base import Latent
from ganlib.training.randomness import RandomStream, at_step, derive, draw_latents, stream_seeds

STEP = tf.constant(5, tf.int64)


def draw(seed: int, stream: RandomStream, step: int, count: int = 50) -> np.ndarray:
    at = at_step(stream_seeds(seed), stream, tf.constant(step, tf.int64))
    return draw_latents(Latent(4), at, count).numpy()


def test_global_seeds_change_nothing() -> None:
    first = draw(0, RandomStream.LATENT_BATCH, 5)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.random.set_seed(99)
        at = at_step(stream_seeds(0), RandomStream.LATENT_BATCH, tf.constant(5, tf.int64))
        np.testing.assert_array_equal(session.run(draw_latents(Latent(4), at, 50)), first)


def test_seeds_streams_and_steps_draw_apart() -> None:
    draws = [
        draw(seed, stream, step) for seed in (0, 1) for stream in RandomStream for step in (0, 1, 2)
    ]
    assert len(draws) == 2 * len(RandomStream) * 3
    for index, first in enumerate(draws):
        for second in draws[index + 1 :]:
            assert (first != second).mean() > 0.99


def test_a_draw_in_a_compiled_step_is_the_same() -> None:
    compiled = tf.function(
        lambda seeds, step: draw_latents(
            Latent(4), at_step(seeds, RandomStream.LATENT_BATCH, step), 50
        )
    )
    np.testing.assert_array_equal(
        compiled(tf.constant(stream_seeds(7)), STEP), draw(7, RandomStream.LATENT_BATCH, 5)
    )


def test_derived_seeds_fit_and_differ() -> None:
    seeds = [derive(seed, stream) for seed in (0, 1, 2**31 - 1) for stream in RandomStream]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert derive(3, RandomStream.GENERATOR) == derive(3, RandomStream.GENERATOR)


def test_a_purpose_keeps_its_number() -> None:
    # The numbers are part of every run's identity, so there can only be more.
    names = "GENERATOR DISCRIMINATOR REAL_BATCH LATENT_BATCH FIXED_LATENTS FRESH_LATENTS REAL_SHOWN"
    names += " EVALUATION INSTANCE_NOISE PENALTY_MIX"
    assert [RandomStream[name] for name in names.split()] == list(range(10))


@pytest.mark.parametrize(
    ("distribution", "law"), [("normal", stats.norm(0, 1)), ("uniform", stats.uniform(-1, 2))]
)
def test_latents_follow_their_distribution(distribution: str, law: stats.rv_continuous) -> None:
    latent = Latent(3, distribution)  # type: ignore[arg-type]
    drawn = draw_latents(latent, at_step(stream_seeds(0), RandomStream.LATENT_BATCH, STEP), 20_000)
    assert drawn.shape == (20_000, 3) and drawn.dtype == tf.float32
    values = drawn.numpy().astype(np.float64)
    assert stats.kstest(values.ravel(), law.cdf).pvalue > 1e-3
    assert abs(values.mean()) <= 5 * law.std() / 60_000**0.5
    # sd of a squared N(0, 1) is sqrt(2), of a squared U(-1, 1) sqrt(4 / 45); 1.5 bounds both.
    assert abs((values**2).mean() - law.var()) <= 5 * 1.5 / 60_000**0.5
    apart = np.corrcoef(values, rowvar=False)[~np.eye(3, dtype=bool)]
    assert np.abs(apart).max() <= 5 / 20_000**0.5
