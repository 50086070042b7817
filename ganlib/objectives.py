"""Pure pairs of losses: what the discriminator and the generator each want.

Every function takes logits and returns `(discriminator_loss, generator_loss)`.
"""

from collections.abc import Callable

import tensorflow as tf

Objective = Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def non_saturating(real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Binary cross-entropy, with the generator's loss that does not saturate.

    Args:
        real_logits: (B, 1) float32, the discriminator on real samples.
        fake_logits: (B, 1) float32, the discriminator on generated samples.
    Returns:
        (discriminator_loss, generator_loss), scalars. The discriminator's is the mean of
        its losses on real and on generated samples, so 0.693 is a coin toss.
    Source: Goodfellow et al. 2014, arXiv 1406.2661, section 3 (the generator maximises
        log D(G(z)) instead of minimising log(1 - D(G(z)))).
    """
    on_real = tf.reduce_mean(tf.nn.softplus(-real_logits))
    on_fake = tf.reduce_mean(tf.nn.softplus(fake_logits))
    return (on_real + on_fake) / 2, tf.reduce_mean(tf.nn.softplus(-fake_logits))
