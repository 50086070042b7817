"""Pure pairs of losses: what the discriminator and the generator each want.

Every function takes logits and returns `(discriminator_loss, generator_loss)`. What a logit
means depends on the loss. Where real samples have the density p and generated samples the
density q, the discriminator that minimises its loss, without label smoothing, has the logit

- `non_saturating`: log(p / q), so its sigmoid is the probability that the sample is real;
- `least_squares`: (p - q) / (p + q), from -1 to 1;
- `hinge`: 1 where p > q and -1 where p < q: which one is larger, and not by how much;
- `relativistic`: log(p / q) plus any constant;
- `wasserstein`: no such formula; its differences, within the bound on the critic's slope, add up
  to the Wasserstein-1 distance, and a constant may be added as well.

So in the first three a logit above 0 means that the discriminator takes the sample for real
(`ganlib.config.LOSSES_WITH_BORDER`). In the last two 0 means nothing, and only the difference
between two logits does: adding a constant to all logits changes no gradient of either network. It
changes neither loss, except that it is subtracted from the generator's in `wasserstein`.
With a label smoothing of s, the best logit is 0 where q = (1 - 2 s) p in `non_saturating`, and
where q = (1 - s) p in `least_squares`.
"""

from collections.abc import Callable
from functools import partial

import tensorflow as tf

from ganlib.config import LABELLED

Objective = Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def objective_of(name: str, smoothing: float = 0.0) -> Objective:
    """The pair of losses of that name.

    Args:
        name: of a function of this module.
        smoothing: what the label of real samples lacks to 1 in the discriminator's loss
            (one-sided label smoothing).
    Raises:
        ValueError: unknown, or it has no labels to smooth.
    """
    if name not in _OBJECTIVES:
        raise ValueError(f"name must be one of {', '.join(_OBJECTIVES)}. Received: {name!r}.")
    objective = _OBJECTIVES[name]
    if not smoothing:
        return objective
    if name not in LABELLED:
        raise ValueError(
            f"smoothing must be 0 with {name}, which has no labels. Received: {smoothing}."
        )
    return partial(objective, smoothing=smoothing)


def non_saturating(
    real_logits: tf.Tensor, fake_logits: tf.Tensor, smoothing: float = 0.0
) -> tuple[tf.Tensor, tf.Tensor]:
    """Binary cross-entropy, with the generator's loss that does not saturate.

    Args:
        real_logits: (B, 1) float32, the discriminator on real samples.
        fake_logits: (B, 1) float32, the discriminator on generated samples.
        smoothing: what the label of real samples lacks to 1 in the discriminator's loss.
    Returns:
        (discriminator_loss, generator_loss), scalars. The discriminator's is the mean of
        its losses on real and on generated samples, so 0.693 is a coin toss.
    Source: Goodfellow et al. 2014, arXiv 1406.2661, section 3 (the generator maximises
        log D(G(z)) instead of minimising log(1 - D(G(z)))); smoothing: Salimans et al.
        2016, arXiv 1606.03498, section 3.4.
    """
    on_real = tf.reduce_mean(tf.nn.softplus(-real_logits))
    if smoothing:
        # (1 - s) softplus(-x) + s softplus(x), because the two differ by x.
        on_real += smoothing * tf.reduce_mean(real_logits)
    on_fake = tf.reduce_mean(tf.nn.softplus(fake_logits))
    return (on_real + on_fake) / 2, tf.reduce_mean(tf.nn.softplus(-fake_logits))


def least_squares(
    real_logits: tf.Tensor, fake_logits: tf.Tensor, smoothing: float = 0.0
) -> tuple[tf.Tensor, tf.Tensor]:
    """Squared distance to 1 for real and to -1 for generated samples; the generator wants 1.

    Args:
        real_logits: (B, 1) float32, the discriminator on real samples.
        fake_logits: (B, 1) float32, the discriminator on generated samples.
        smoothing: what the label of real samples lacks to 1 in the discriminator's loss. The
            labels here are -1 and 1, twice as far apart as the 0 and 1 of the papers on label
            smoothing, so 0.1 corresponds to 0.05 there: the label 0.9 is 0.95 on their scale.
    Returns:
        (discriminator_loss, generator_loss), scalars.
    Source: Mao et al. 2017, arXiv 1611.04076, eq. 2 with a = -1 and b = c = 1, so that the
        border between real and generated is at 0 as it is for the other losses.
    """
    on_real = tf.reduce_mean(tf.square(real_logits - (1 - smoothing)))
    on_fake = tf.reduce_mean(tf.square(fake_logits + 1))
    return (on_real + on_fake) / 2, tf.reduce_mean(tf.square(fake_logits - 1)) / 2


def hinge(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """What is missing to 1 on real and to -1 on generated samples; the generator wants more.

    Args:
        real_logits: (B, 1) float32, the discriminator on real samples.
        fake_logits: (B, 1) float32, the discriminator on generated samples.
    Returns:
        (discriminator_loss, generator_loss), scalars. The generator's has no lower bound.
    Source: Lim and Ye 2017, arXiv 1705.02894; Miyato et al. 2018, arXiv 1802.05957, eq. 16
        and 17.
    """
    on_real = tf.reduce_mean(tf.nn.relu(1 - real_logits))
    on_fake = tf.reduce_mean(tf.nn.relu(1 + fake_logits))
    return on_real + on_fake, -tf.reduce_mean(fake_logits)


def wasserstein(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """How much higher a critic scores real samples than generated ones.

    Minus the critic's loss is at most the Wasserstein-1 distance times the critic's Lipschitz
    constant, and estimates this product when the critic has learned enough. Without a limit on
    the critic's slope it means nothing.

    Args:
        real_logits: (B, 1) float32, the critic on real samples, unbounded scores.
        fake_logits: (B, 1) float32, the critic on generated samples.
    Returns:
        (critic_loss, generator_loss), scalars, neither with a lower bound.
    Source: Arjovsky et al. 2017, arXiv 1701.07875, eq. 2 and algorithm 1.
    """
    on_fake = tf.reduce_mean(fake_logits)
    return on_fake - tf.reduce_mean(real_logits), -on_fake


def relativistic(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """How much more real the real sample of a pair looks than the generated one.

    Both losses fall to 0 only where the pairs are told apart, so a generator cannot win by
    giving up some of the data (mode collapse). Best together with gradient penalties.

    Args:
        real_logits: (B, 1) float32, the discriminator on real samples.
        fake_logits: (B, 1) float32, the discriminator on as many generated samples.
    Returns:
        (discriminator_loss, generator_loss), scalars; 0.693 each where it cannot tell.
    Source: Huang et al. 2024, arXiv 2501.05441, eq. 2; Jolicoeur-Martineau 2018, arXiv
        1807.00734.
    """
    ahead = real_logits - fake_logits
    return tf.reduce_mean(tf.nn.softplus(-ahead)), tf.reduce_mean(tf.nn.softplus(ahead))


_OBJECTIVES: dict[str, Callable[..., tuple[tf.Tensor, tf.Tensor]]] = {
    function.__name__: function
    for function in (non_saturating, least_squares, hinge, wasserstein, relativistic)
}

# Losses in which the generator's loss depends on the real samples' logits, too.
COMPARING = ("relativistic",)
