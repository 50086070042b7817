"""Each value of each knob is trained with, and every two values of two knobs meet in some run.

Pairs meet in dense networks, which are compiled within a second. Convolutional ones train with each
value, and all other recipes with as many techniques at once as go together.
"""

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest
from allpairspy import AllPairs
from keras import Model

from ganlib import recipes
from ganlib.config import metric_names
from ganlib.errors import ConfigError
from ganlib.events import Event, Finished, Metrics, Samples
from ganlib.recipes.base import Recipe
from ganlib.training import Trainer
from ganlib.training.networks import build_networks

# Of each knob, values that take different ways through the code.
VALUES: dict[str, list[Any]] = {
    "loss": ["non_saturating", "least_squares", "hinge", "wasserstein", "relativistic"],
    "gradient_penalty": ["none", "wgan_gp", "r1", "r2", "r1_r2"],
    "schedule": ["constant", "linear", "cosine", "plateau", "accuracy"],
    "optimiser": ["adam", "rmsprop", "sgd"],
    "generator_optimiser": ["same", "adam", "rmsprop", "sgd"],
    "unrolled_steps": [0, 2],
    "minibatch_kernels": [0, 3],
    "packing": [1, 2],
    "spectral_normalisation": [False, True],
    "spectral_norm": ["matrix", "convolution"],
    "weight_clip": [0.0, 0.02],
    "label_smoothing": [0.0, 0.1],
    "instance_noise": [0.0, 0.3],
    "gradient_clip": [0.0, 0.5],
    "average_decay": [0.0, 0.9],
    "discriminator_steps": [1, 2],
    "momentum": [0.0, 0.5],
    "precision": ["float32", "mixed_bfloat16"],
}
SMALL = {
    "steps": 2,
    "sample_every": 2,
    "batch_size": 4,
    "seed": 5,
    "devices": "cpu",
    "generator_learning_rate": 1e-3,
    "discriminator_learning_rate": 1e-3,
}


def config_of(recipe: Recipe[Any], row: dict[str, Any]) -> Any:
    units = ("hidden_units", "generator_units", "discriminator_units")
    small = SMALL | {key: 8 for key in units if key in recipe.Config.model_fields}
    return recipe.parse({**small, **row})


DENSE, CONVOLUTIONAL = recipes.get("toy/plane"), recipes.get("wgan/clip")
PARTS = 6


def allowed(row: list[Any]) -> bool:
    """Whether the knobs so far, with all others off, are not refused."""
    values = {name: options[0] for name, options in VALUES.items()}
    values |= dict(zip(VALUES, row, strict=False))
    # It may yet get what bounds it: this is told only once every knob is known.
    if values["loss"] == "wasserstein" and len(row) < len(VALUES):
        values["loss"] = "hinge"
    try:
        config_of(DENSE, values)
    except ConfigError:
        return False
    return True


@cache
def covering() -> list[dict[str, Any]]:
    """Rows in which every two values of any two knobs meet that may."""
    rows = AllPairs(list(VALUES.values()), filter_func=allowed)
    return [dict(zip(VALUES, row, strict=True)) for row in rows]


TOGETHER: list[dict[str, Any]] = [
    {
        "loss": "relativistic",
        "schedule": "plateau",
        "optimiser": "rmsprop",
        "minibatch_kernels": 3,
        "packing": 2,
        "spectral_normalisation": True,
        "spectral_norm": "convolution",
        "instance_noise": 0.3,
        "average_decay": 0.9,
    },
    {
        "loss": "least_squares",
        "label_smoothing": 0.1,
        "schedule": "accuracy",
        "optimiser": "sgd",
        "momentum": 0.5,
        "unrolled_steps": 2,
        "packing": 2,
        "discriminator_steps": 2,
        "gradient_clip": 0.5,
        "precision": "mixed_bfloat16",
    },
]
# Each value of each knob in one of them; the least value stands for all that is off.
EACH_VALUE: list[dict[str, Any]] = [
    {
        "loss": "non_saturating",
        "schedule": "linear",
        "generator_optimiser": "sgd",
        "unrolled_steps": 2,
    },
    {
        "loss": "least_squares",
        "gradient_penalty": "r1",
        "schedule": "plateau",
        "optimiser": "rmsprop",
        "label_smoothing": 0.1,
        "momentum": 0.5,
    },
    {
        "loss": "hinge",
        "gradient_penalty": "r2",
        "schedule": "cosine",
        "optimiser": "sgd",
        "generator_optimiser": "rmsprop",
        "minibatch_kernels": 0,
        "instance_noise": 0.3,
        "gradient_clip": 0.5,
    },
    {
        "loss": "wasserstein",
        "gradient_penalty": "none",
        "weight_clip": 0.02,
        "generator_optimiser": "adam",
        "average_decay": 0.9,
        "discriminator_steps": 2,
        "precision": "mixed_bfloat16",
    },
    {
        "loss": "relativistic",
        "gradient_penalty": "r1_r2",
        "schedule": "accuracy",
        "spectral_normalisation": True,
        "spectral_norm": "convolution",
    },
    {"loss": "wasserstein", "gradient_penalty": "wgan_gp", "packing": 2},
    {"loss": "hinge", "minibatch_kernels": 3},
]
# Of networks that are neither of the two above.
OTHERS = ("toy/scalar", "mnist/dcgan", "fashion/dense", "progressive")


def run(recipe: Recipe[Any], config: Any) -> tuple[list[Event], Any]:
    trainer = Trainer(recipe, config)
    try:
        events = list(trainer.events())
        return events, trainer._built().state()
    finally:
        trainer.close()


def moved(before: Model, state: dict[str, np.ndarray], group: str) -> int:
    """How many of the trainable weights changed."""
    names = [name for name in state if name.split("/")[0] == group]
    pairs = zip(before.variables, names, strict=True)
    return sum(
        bool((variable.numpy() != state[name]).any())
        for variable, name in pairs
        if variable.trainable
    )


def check(
    name: str, row: dict[str, Any], monkeypatch: pytest.MonkeyPatch, *, twice: bool = True
) -> None:
    """Trains two steps; twice, for the same weights."""
    recipe = recipes.get(name)
    monkeypatch.setattr(type(recipe), "evaluation_count", 16)
    config = config_of(recipe, row)
    events, state = run(recipe, config)
    figures = [event.values for event in events if isinstance(event, Metrics)]
    assert np.concatenate(figures).shape == (2, len(metric_names(config)))
    assert np.isfinite(np.concatenate(figures)).all()
    data = recipe.load(config)
    for event in events:
        if isinstance(event, Samples):
            assert event.fresh.shape == (recipe.sample_count, *data.sample_shape)
            assert np.isfinite(event.fresh).all()
    before = build_networks(recipe, config, data.sample_shape)
    assert moved(before.generator, state, "generator") >= 2
    assert moved(before.discriminator, state, "discriminator") >= 2
    assert all(np.isfinite(value).all() for value in state.values())
    if not twice:
        return
    # The same seed gives the same hash, also with the program of the run before.
    again, _ = run(recipe, config)
    hashes = {one.weights_sha256 for one in [*events, *again] if isinstance(one, Finished)}
    assert len(hashes) == 1


# What is on by default in these recipes, and keeps others from being on.
OFF = {"gradient_penalty": "none", "label_smoothing": 0.0, "weight_clip": 0.0}


def test_every_value_is_among_them() -> None:
    for name, options in VALUES.items():
        first, *others = options
        assert {row.get(name, first) for row in EACH_VALUE} >= set(others)


@pytest.mark.parametrize("row", EACH_VALUE)
def test_dense_networks_train_with_each_value(
    row: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    check(DENSE.name, {**OFF, **row}, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("row", EACH_VALUE)
def test_convolutional_networks_train_with_each_value(
    row: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    check(CONVOLUTIONAL.name, {**OFF, **row}, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_two_values_meet(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for row in covering()[part::PARTS]:
        with monkeypatch.context() as patch:
            check(DENSE.name, row, patch, twice=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "row"), list(zip(OTHERS, itertools.cycle(TOGETHER), strict=False))
)
def test_other_recipes_train_with_many_at_once(
    name: str, row: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not every loss has labels.
    check(name, {"gradient_penalty": "none", "label_smoothing": 0.0, **row}, monkeypatch)
