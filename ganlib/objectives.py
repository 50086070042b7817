"""Losses of the discriminator and the generator, as pure functions of logits.

Every function returns `(discriminator_loss, generator_loss)`. What a logit means depends on the
loss. Where real samples have the density p and generated samples the
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

Objective = Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def objective_of(name: str, smoothing: float = 0.0) -> Objective:
    """The pair of losses with that name.

    Args:
        name: name of a loss function in this module.
        smoothing: one-sided label smoothing, from 0 to 0.5: real samples are labelled
            1 - smoothing in the discriminator's loss. 0 for losses without labels.
    Returns:
        (real_logits, fake_logits), both (B, 1) -> (discriminator_loss, generator_loss), scalars.

    Example:
        >>> critic_loss, generator_loss = objective_of("wasserstein")(
        ...     tf.constant([[3.0]]), tf.constant([[1.0]])
        ... )
        >>> float(critic_loss), float(generator_loss)
        (-2.0, -1.0)
    """
    objective = _OBJECTIVES[name]
    return partial(objective, smoothing=smoothing) if smoothing else objective


def non_saturating(
    real_logits: tf.Tensor, fake_logits: tf.Tensor, smoothing: float = 0.0
) -> tuple[tf.Tensor, tf.Tensor]:
    """Binary cross-entropy, with the generator's loss that does not saturate.

    Args:
        real_logits: (B, 1) float32, the discriminator on real samples.
        fake_logits: (B, 1) float32, the discriminator on generated samples.
        smoothing: real samples are labelled 1 - smoothing in the discriminator's loss.
    Returns:
        (discriminator_loss, generator_loss), scalars. The discriminator's is the mean of
        its losses on real and on generated samples, so 0.693 is a coin toss.
    Source: Goodfellow et al. 2014, arXiv 1406.2661, section 3 (the generator maximises
        log D(G(z)) instead of minimising log(1 - D(G(z)))); smoothing: Salimans et al.
        2016, arXiv 1606.03498, section 3.4.

    Example:
        >>> toss, _ = non_saturating(tf.zeros((4, 1)), tf.zeros((4, 1)))
        >>> round(float(toss), 3)
        0.693
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
    """Squared distance to the labels: 1 for real and -1 for generated samples.

    In the generator's loss, generated samples are labelled 1.

    Args:
        real_logits: (B, 1) float32, the discriminator on real samples.
        fake_logits: (B, 1) float32, the discriminator on generated samples.
        smoothing: real samples are labelled 1 - smoothing in the discriminator's loss. The
            labels here are -1 and 1, twice as far apart as the 0 and 1 of the papers on label
            smoothing, so 0.1 corresponds to 0.05 there: the label 0.9 is 0.95 on their scale.
    Returns:
        (discriminator_loss, generator_loss), scalars.
    Source: Mao et al. 2017, arXiv 1611.04076, eq. 2 with a = -1 and b = c = 1, so that the
        border between real and generated is at 0 as it is for the other losses.

    Example:
        >>> losses = least_squares(tf.constant([[1.0]]), tf.constant([[0.0]]))
        >>> [float(loss) for loss in losses]
        [0.5, 0.5]
    """
    on_real = tf.reduce_mean(tf.square(real_logits - (1 - smoothing)))
    on_fake = tf.reduce_mean(tf.square(fake_logits + 1))
    return (on_real + on_fake) / 2, tf.reduce_mean(tf.square(fake_logits - 1)) / 2


def hinge(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Hinge loss: penalises logits below 1 on real and above -1 on generated samples.

    Args:
        real_logits: (B, 1) float32, the discriminator on real samples.
        fake_logits: (B, 1) float32, the discriminator on generated samples.
    Returns:
        (discriminator_loss, generator_loss), scalars. The generator's has no lower bound.
    Source: Lim and Ye 2017, arXiv 1705.02894; Miyato et al. 2018, arXiv 1802.05957, eq. 16
        and 17.

    Example:
        >>> losses = hinge(tf.constant([[2.0]]), tf.constant([[-0.5]]))
        >>> [float(loss) for loss in losses]
        [0.5, 0.5]
    """
    on_real = tf.reduce_mean(tf.nn.relu(1 - real_logits))
    on_fake = tf.reduce_mean(tf.nn.relu(1 + fake_logits))
    return on_real + on_fake, -tf.reduce_mean(fake_logits)


def wasserstein(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Difference of a critic's mean scores on generated and on real samples.

    Minus the critic's loss is at most the Wasserstein-1 distance times the critic's Lipschitz
    constant, and estimates this product when the critic has learned enough. Without a limit on
    the critic's slope it means nothing.

    Args:
        real_logits: (B, 1) float32, the critic on real samples, unbounded scores.
        fake_logits: (B, 1) float32, the critic on generated samples.
    Returns:
        (critic_loss, generator_loss), scalars, neither with a lower bound.
    Source: Arjovsky et al. 2017, arXiv 1701.07875, eq. 2 and algorithm 1.

    Example:
        >>> losses = wasserstein(tf.constant([[3.0]]), tf.constant([[1.0]]))
        >>> [float(loss) for loss in losses]
        [-2.0, -1.0]
    """
    on_fake = tf.reduce_mean(fake_logits)
    return on_fake - tf.reduce_mean(real_logits), -on_fake


def relativistic(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Cross-entropy on the difference of the logits of a real and a generated sample.

    Each real sample is compared with a generated one, so a generator cannot win by giving up
    some of the data (mode collapse). Best together with gradient penalties.

    Args:
        real_logits: (B, 1) float32, the discriminator on real samples.
        fake_logits: (B, 1) float32, the discriminator on as many generated samples.
    Returns:
        (discriminator_loss, generator_loss), scalars; 0.693 each if the logits are equal.
    Source: Huang et al. 2024, arXiv 2501.05441, eq. 2; Jolicoeur-Martineau 2018, arXiv
        1807.00734.

    Example:
        >>> losses = relativistic(tf.constant([[1.0]]), tf.constant([[1.0]]))
        >>> [round(float(loss), 3) for loss in losses]
        [0.693, 0.693]
    """
    ahead = real_logits - fake_logits
    return tf.reduce_mean(tf.nn.softplus(-ahead)), tf.reduce_mean(tf.nn.softplus(ahead))


_OBJECTIVES: dict[str, Callable[..., tuple[tf.Tensor, tf.Tensor]]] = {
    function.__name__: function
    for function in (non_saturating, least_squares, hinge, wasserstein, relativistic)
}

# Losses in which the generator's loss depends on the real samples' logits, too.
COMPARING = ("relativistic",)
