"""How often the distributions page calls real images different from other real images.

Two samples of real images are drawn 200 times, and all three quantities that the page compares
are compared: ink per image, brightness of the pixels, and the scores of a discriminator that has
learned for a moment. Nominal is 1 %. `GANLIB_DATA=FOLDER python -m tests.bench.real_against_real`
"""

import argparse
from typing import Any

import numpy as np

from ganlib import recipes
from ganlib.events import Checkpoint
from ganlib.metrics.comparison import compare
from ganlib.metrics.weighted_sample import WeightedSample
from ganlib.training import Trainer
from ganlib.training.inspector import image_distributions
from ganlib.training.networks import build_networks

DATA: dict[str, tuple[str, dict[str, Any]]] = {
    "MNIST": ("fashion/dense", {"dataset": "mnist"}),
    "Fashion-MNIST": ("fashion/dense", {}),
    "Quick Draw": ("quickdraw/conv", {}),
}
# A small discriminator judges all of them: it is quick, and any judge will do.
JUDGE, LEARNED = "fashion/dense", {"dataset": "mnist", "steps": 300}
LEVELS = np.arange(256)


def quantities(images: np.ndarray, scores: np.ndarray) -> dict[str, WeightedSample]:
    views = image_distributions(images)
    return {
        "ink": WeightedSample.of(views["ink"]),
        "pixels": WeightedSample.of_group_counts(LEVELS, views["pixels"], "images"),
        "scores": WeightedSample.of(scores),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 2_000])
    parser.add_argument("--resamples", type=int, default=1_000)
    parser.add_argument("--data", nargs="+", default=list(DATA), choices=list(DATA))
    arguments = parser.parse_args()
    judge = recipes.get(JUDGE)
    config = judge.parse(
        {**LEARNED, "sample_every": LEARNED["steps"], "checkpoint_every": LEARNED["steps"]}
    )
    trainer = Trainer(judge, config)
    states = [one.state for one in trainer.events() if isinstance(one, Checkpoint)]
    networks = build_networks(judge, config, (28, 28, 1))
    networks.restore(states[-1])
    trainer.close()
    scaling = judge.scaling(config)
    print(f"| real images | images | cases | {' | '.join(('ink', 'pixels', 'scores'))} |")
    print("|---|---|---|---|---|---|")
    for name in arguments.data:
        recipe_name, knobs = DATA[name]
        recipe = recipes.get(recipe_name)
        data = recipe.load(recipe.parse(knobs))
        for size in arguments.sizes:
            claimed = {"ink": 0, "pixels": 0, "scores": 0}
            for case in range(arguments.cases):
                pair = []
                for half in range(2):
                    images = data.take(2 * case + half, size)
                    seen = np.asarray(scaling.to_model(images), np.float32)
                    scores = np.concatenate(
                        [
                            networks.discriminator(seen[at : at + 256], training=False).numpy()
                            for at in range(0, size, 256)
                        ]
                    )
                    pair.append(quantities(images, scores))
                for key in claimed:
                    claimed[key] += compare(
                        pair[0][key], pair[1][key], resamples=arguments.resamples, seed=case
                    ).differ
            shares = " | ".join(f"{count / arguments.cases:.1%}" for count in claimed.values())
            print(f"| {name} | {size:,} | {arguments.cases} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
