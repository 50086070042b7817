"""Copies a network with seeds, precision and layer names of its own.

Keras draws default seeds from Python's global `random`, takes its precision from a
global policy and its layer names from a global counter. A recipe's network is
therefore rebuilt from its own configuration with all three filled in, so that runs in
one process cannot touch each other.
"""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from ganlib.models.normalisation import TwiceDifferentiableBatchNormalization

# (network that is not built, shape of one input) -> network that is not built.
Transform = Callable[[keras.Model, tuple[int, ...]], keras.Model]


def clone_seeded(
    model: keras.Model,
    input_size: tuple[int, ...],
    seed: int,
    precision: str,
    transform: Transform | None = None,
) -> keras.Model:
    """A copy of `model` that depends on nothing but its arguments.

    Batch normalisation is replaced by the layer with correct second derivatives.

    Args:
        model: any network of serialisable layers; its weights are not used.
        input_size: shape of one input, without the batch.
        seed: decides every initial weight and every Dropout mask, from 0.
        precision: name of a Keras dtype policy, such as "float32". A dense layer at the end
            stays in float32 under a mixed policy: bfloat16 has three digits, too few for a logit.
        transform: changes the copy before it is built, such as `ganlib.fast.accelerate`.
    Returns:
        A built network; the same arguments give the same weights, bit for bit.
    """
    config = model.get_config()
    rng = np.random.default_rng(seed)
    for node in dicts(config):
        if "seed" in node and node["seed"] is None:
            node["seed"] = int(rng.integers(2**31 - 1))
        if node.get("class_name") == "DTypePolicy":
            node["config"] = {"name": precision}
    last = config["layers"][-1]
    if precision.startswith("mixed") and last["class_name"].endswith("Dense"):
        last["config"]["dtype"] = "float32"
    # The model's own name is part of its optimiser variables' names.
    config["name"] = "network"
    for index, layer in enumerate(config["layers"]):
        if layer["class_name"] != "InputLayer" and "inbound_nodes" not in layer:
            layer["config"]["name"] = f"{index:02d}_{layer['class_name'].lower()}"
    for node in dicts(config):
        if node.get("registered_name", 0) is None and node["class_name"] == "BatchNormalization":
            set_class(node, TwiceDifferentiableBatchNormalization)
    copy: keras.Model = model.__class__.from_config(config)
    if transform is not None:
        copy = transform(copy, input_size)
    copy.build((None, *input_size))
    return copy


def set_class(node: dict[str, Any], kind: type[keras.layers.Layer]) -> None:
    """Has a layer's configuration make another kind of layer."""
    node["module"] = kind.__module__
    node["class_name"] = kind.__name__
    node["registered_name"] = keras.saving.get_registered_name(kind)


def dicts(node: Any) -> Iterator[dict[str, Any]]:
    """All dictionaries in a network's configuration, the outer ones first."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for child in node:
            yield from dicts(child)
