"""Compares minibatch features with those they are appended to, before and after training.

Prints mean and standard deviation of both for a batch of real and one of generated samples: of the
untrained networks, and after so many steps.

python -m tests.bench.minibatch_scale mnist/basic --steps 300
python -m tests.bench.minibatch_scale toy/plane --set gradient_penalty=none
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

from ganlib import recipes
from ganlib.config import metric_names
from ganlib.events import Metrics, Samples
from ganlib.models.minibatch import MinibatchDiscrimination
from ganlib.training.networks import Networks, build_networks
from ganlib.training.trainer import Trainer


def show(networks: Networks, batches: dict[str, tf.Tensor], title: str) -> None:
    """Prints both kinds of features of each batch.

    Args:
        networks: with minibatch discrimination.
        batches: (B, *sample_shape) in the networks' units, by what they are.
        title: when this is.
    """
    for name, features in batches.items():
        for layer in networks.discriminator.layers:
            features = layer(features, training=True)
            if isinstance(layer, MinibatchDiscrimination):
                break
        values = np.asarray(features, np.float64)
        beside, added = np.split(values, [-layer.kernels], axis=1)
        print(
            f"{title}, {name}: beside mean {beside.mean():.4g}, sd {beside.std():.4g}, "
            f"from sample to sample {beside.std(axis=0).mean():.4g}; "
            f"appended mean {added.mean():.4g}, sd {added.std():.4g}, "
            f"from sample to sample {added.std(axis=0).mean():.4g}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--set", dest="knobs", action="append", default=[], metavar="KNOB=VALUE")
    arguments = parser.parse_args()
    recipe = recipes.get(arguments.recipe)
    knobs = {"minibatch_kernels": 16, "sample_every": arguments.steps}
    knobs |= dict(knob.split("=", 1) for knob in arguments.knobs)
    config = recipe.parse({**knobs, "steps": arguments.steps})
    data, scaling = recipe.load(config), recipe.scaling(config)
    networks = build_networks(recipe, config, data.sample_shape)
    real = scaling.to_model(tf.constant(data.take(0, config.batch_size), scaling.dtype))
    latents = tf.random.stateless_normal((config.batch_size, recipe.latent(config).size), [0, 1])
    trainer = Trainer(recipe, config)
    rows = []
    for event in trainer.events():
        if isinstance(event, Metrics):
            rows.append(event.values)
        if isinstance(event, Samples):
            networks.restore(trainer.checkpoint().state)
            fake = tf.cast(networks.generator(latents, training=True), tf.float32)
            show(networks, {"real": real, "generated": fake}, f"step {event.step}")
    figures = np.concatenate(rows)
    for part in np.array_split(figures, 4):
        means = zip(metric_names(config), part.mean(axis=0), strict=True)
        print(", ".join(f"{name} {value:.4g}" for name, value in means))


if __name__ == "__main__":
    main()
