"""Makes a network its own: its seeds, its precision, its layer names.

Keras draws default seeds from Python's global `random`, takes its precision from a
global policy and its layer names from a global counter. A recipe's network is
therefore rebuilt from its own configuration with all three filled in, so that runs in
one process cannot touch each other.
"""

import re
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np


def rebuild(
    model: keras.Model, input_size: tuple[int, ...], seed: int, precision: str
) -> keras.Model:
    """A fresh copy of `model` that depends on nothing but its arguments.

    Args:
        model: any network made of serialisable layers; its weights are not used.
        input_size: shape of one input, without the batch.
        seed: decides every initial weight and every Dropout mask.
        precision: name of a Keras dtype policy, such as "float32". Of a mixed one, a dense
            layer at the end is left out: bfloat16 has three digits, too few for a logit.
    Returns:
        A built network; the same arguments give the same weights, bit for bit.
    """
    config = model.get_config()
    rng = np.random.default_rng(seed)
    for node in _dicts(config):
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
            # What differs from Keras' layer in its speed alone has its name, for checkpoints' sake.
            kind = re.sub("^(fused|smallimage|thin)", "", layer["class_name"].lower())
            layer["config"]["name"] = f"{index:02d}_{kind}"
    copy: keras.Model = model.__class__.from_config(config)
    copy.build((None, *input_size))
    return copy


def _dicts(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for child in node:
            yield from _dicts(child)
