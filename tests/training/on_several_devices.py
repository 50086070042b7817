"""Trains on two logical processors in the place of two GPUs, and prints what came of it.

A process of its own, for TensorFlow's devices are fixed at its start. Arguments: recipes,
each with knobs where some are not as in SMALL: "toy/scalar schedule=plateau". The first two are
also resumed, and the first is trained once more.
"""

import json
import sys
from typing import Any

import numpy as np
import tensorflow as tf

[processor] = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)

from ganlib import recipes  # noqa: E402
from ganlib.events import Metrics, Started  # noqa: E402
from ganlib.recipes.base import Recipe  # noqa: E402
from ganlib.training import Trainer, devices  # noqa: E402

ONE = devices.DevicePlacement(("/CPU:0",), "1 CPU")
TWO = devices.DevicePlacement(("/CPU:0", "/CPU:1"), "2 CPUs")
SMALL = {"steps": 3, "sample_every": 2, "batch_size": 8, "precision": "float32"}


def recipe_and_knobs(case: str) -> tuple[Recipe[Any], dict[str, Any]]:
    name, *knobs = case.split()
    recipe = recipes.get(name)
    type(recipe).evaluation_count = 16
    return recipe, {**SMALL, **dict(knob.split("=") for knob in knobs)}


def trained(case: str, place: devices.DevicePlacement) -> tuple[Trainer, dict[str, Any]]:
    """(trainer, what is told of it) after three steps."""
    devices.choose = lambda _: place
    recipe, knobs = recipe_and_knobs(case)
    trainer = Trainer(recipe, recipe.parse(knobs))
    told: dict[str, Any] = {"rows": []}
    before: list[np.ndarray] = []
    for event in trainer.events():
        if isinstance(event, Started):
            told["device"] = event.device
            before = weights_of(trainer)
        if isinstance(event, Metrics):
            told["rows"] += event.values.tolist()
    after = weights_of(trainer)
    told["moved"] = [bool((one != two).any()) for one, two in zip(before, after, strict=True)]
    told["sha256"] = trainer.weights_sha256()
    remembered = trainer._built().adaptation
    told["remembered"] = {name: float(one.numpy()) for name, one in remembered.items()}
    held = [*variables_of(trainer), *remembered.values()]
    told["apart"] = max(copies_apart(variable) for variable in held)
    return trainer, told


def resumed(case: str, trainer: Trainer) -> int:
    """How many steps are made where four are asked for instead of three."""
    recipe, knobs = recipe_and_knobs(case)
    longer = Trainer(recipe, recipe.parse({**knobs, "steps": 4}), trainer.checkpoint())
    return sum(len(event.values) for event in longer.events() if isinstance(event, Metrics))


def variables_of(trainer: Trainer) -> list[tf.Variable]:
    networks = trainer._built()
    return [
        *(one.value for one in networks.generator.trainable_variables),
        *(one.value for one in networks.discriminator.trainable_variables),
    ]


def weights_of(trainer: Trainer) -> list[np.ndarray]:
    return [variable.numpy().copy() for variable in variables_of(trainer)]


def copies_apart(variable: tf.Variable) -> float:
    """How far the copies on the devices are from one another."""
    copies = [copy.numpy() for copy in getattr(variable, "values", [variable])]
    return float(max(np.abs(copy - copies[0]).max() for copy in copies))


def main() -> None:
    found = {}
    for case in sys.argv[1:]:
        both, told = trained(case, TWO)
        if case in sys.argv[1:3]:
            told["resumed"] = resumed(case, both)
        alone, of_one = trained(case, ONE)
        pairs = zip(weights_of(alone), weights_of(both), strict=True)
        told["from_one_device"] = max(float(np.abs(one - two).max()) for one, two in pairs)
        told["remembered_by_one"] = of_one["remembered"]
        if case == sys.argv[1]:
            told["again"] = trained(case, TWO)[1]["sha256"]
        found[case] = told
    print(json.dumps(found))


if __name__ == "__main__":
    main()
