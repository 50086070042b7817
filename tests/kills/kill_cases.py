"""What is killed: every recipe, and what more a run's future can depend on.

Small batches and few steps, in numbers that do not divide each other, so that checkpoints fall
between samples, and samples between checkpoints.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import recipes


@dataclass(frozen=True)
class Case:
    """One run.

    Args:
        name: the recipe, and what is special about the case.
        recipe: its name.
        knobs: as on the command line.
        asks: changes in the middle; see `kill_child.Job`.
        needs_table: whether the knobs want a table of the user's own.
    """

    name: str
    recipe: str
    knobs: Mapping[str, Any]
    asks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    needs_table: bool = False

    @property
    def job(self) -> dict[str, Any]:
        """What its processes are told beside the command line; see `kill_child.Job`."""
        return {"asks": self.asks, "evaluates": _EVALUATES}

    def arguments(self, folder: Path) -> list[str]:
        """What follows `python -m ganlib train`, but for the folder of runs.

        Args:
            folder: where a table may be put.
        """
        knobs = dict(self.knobs)
        if self.needs_table:
            knobs |= {"own_table": _table(folder), "own_columns": "height"}
        pairs = [part for name, value in knobs.items() for part in ("--set", f"{name}={value}")]
        return [self.recipe, *pairs]


# Enough for every score, and no more than are drawn for the samples anyway.
_EVALUATES = 256
_TOY = {"steps": 150, "sample_every": 20, "checkpoint_every": 13, "batch_size": 16}
_IMAGES = {"steps": 24, "sample_every": 7, "checkpoint_every": 5, "batch_size": 4}
# The least that a critic takes more than one update a step for.
_CRITIC = {**_IMAGES, "discriminator_steps": 2}
_SMALL = {"generator_layers": 1, "generator_units": 8, "discriminator_units": 8}

# By recipe, where its own settings do not serve.
_KNOBS: dict[str, dict[str, Any]] = {
    "wgan/clip": _CRITIC,
    "wgan/gp": _CRITIC,
    # Two steps for each of its seven phases, and three at the last.
    "progressive": {**_IMAGES, "steps": 15, "images_per_phase": 8},
}

_VARIANTS = (
    Case(
        "toy/scalar, plateau, average, rmsprop",
        "toy/scalar",
        {
            **_TOY,
            **_SMALL,
            "schedule": "plateau",
            "patience": 5,
            "average_decay": 0.9,
            "optimiser": "rmsprop",
            "gradient_penalty": "none",
        },
    ),
    Case(
        "toy/scalar, accuracy, noise, packs, minibatch",
        "toy/scalar",
        {
            **_TOY,
            **_SMALL,
            "schedule": "accuracy",
            "target_accuracy": 0.55,
            "instance_noise": 0.5,
            "gradient_penalty": "none",
            "packing": 2,
            "minibatch_kernels": 4,
        },
    ),
    Case(
        "toy/scalar, unrolled, sgd, cosine",
        "toy/scalar",
        {
            **_TOY,
            **_SMALL,
            "unrolled_steps": 3,
            "gradient_penalty": "none",
            "optimiser": "sgd",
            "momentum": 0.9,
            "schedule": "cosine",
        },
    ),
    Case(
        "toy/scalar, changed in the middle",
        "toy/scalar",
        {**_TOY, **_SMALL, "schedule": "constant", "loss": "non_saturating"},
        asks={
            "20": {"knobs": {"generator_learning_rate": 0.003}},
            "26": {"learns": "discriminator"},
            "60": {"knobs": {"loss": "least_squares", "discriminator_steps": 2}},
            "91": {"learns": "generator"},
        },
    ),
    Case(
        "toy/scalar, own table",
        "toy/scalar",
        {**_TOY, **_SMALL, "target": "own"},
        needs_table=True,
    ),
    Case(
        "mnist/dcgan, float32, spectral, average",
        "mnist/dcgan",
        {
            **_IMAGES,
            "precision": "float32",
            "spectral_normalisation": "true",
            "average_decay": 0.9,
        },
    ),
    Case(
        "mnist/basic, unrolled, accuracy",
        "mnist/basic",
        {**_IMAGES, "unrolled_steps": 2, "schedule": "accuracy", "target_accuracy": 0.55},
    ),
)


def cases() -> dict[str, Case]:
    """All cases by name; those of the recipes as they are come first."""
    own = [
        Case(
            name,
            name,
            _KNOBS.get(name, _IMAGES if recipe.kind == "image" else _TOY),
        )
        for name, recipe in recipes.all_recipes().items()
    ]
    return {case.name: case for case in (*own, *_VARIANTS)}


def _table(folder: Path) -> Path:
    path = folder / "heights.csv"
    if not path.exists():
        heights = np.random.default_rng(0).normal(170, 8, 400)
        path.write_text("\n".join(["height", *map(str, heights)]))
    return path
