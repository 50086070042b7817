"""Networks of one run, and their state as plain arrays."""

import hashlib

import numpy as np
import pytest

from ganlib import recipes
from ganlib.errors import RunError
from ganlib.recipes.base import Recipe
from ganlib.training.networks import Networks, build_networks
from tests.support.small_recipe import Small


def build(recipe: Recipe | None = None, **values: object) -> Networks:
    if recipe is None:
        recipe, values = Small(), {"average_decay": 0.9, **values}
    config = recipe.parse(values)
    return build_networks(recipe, config, recipe.load(config).sample_shape)


def test_the_average_begins_as_the_generator() -> None:
    networks = build()
    assert networks.average is not networks.generator
    for average, weight in zip(networks.average.weights, networks.generator.weights, strict=True):
        np.testing.assert_array_equal(average.numpy(), weight.numpy())
    assert build(Small()).average is not build().generator
    plain = build(Small())
    assert plain.average is plain.generator


def test_the_seed_decides_the_weights() -> None:
    assert build(seed=3).weights_sha256() == build(seed=3).weights_sha256()
    assert build(seed=3).weights_sha256() != build(seed=4).weights_sha256()


def test_the_hash_is_over_little_endian_float32_in_order() -> None:
    networks = build()
    weights = [
        networks.generator.weights[0],
        *networks.generator.weights[1:],
        *networks.discriminator.weights,
    ]
    data = b"".join(weight.numpy().astype("<f4").tobytes() for weight in weights)
    assert networks.weights_sha256() == hashlib.sha256(data).hexdigest()
    networks.discriminator.weights[-1].assign([1e-7])
    assert networks.weights_sha256() != hashlib.sha256(data).hexdigest()


def test_names_do_not_depend_on_what_was_built_before() -> None:
    # Adam's variables are named after the model they belong to.
    recipe = recipes.get("toy/scalar")
    first, second = build(recipe).state(), build(recipe).state()
    assert any("momentum" in name for name in first)
    assert list(first) == list(second)


def test_state_holds_copies_of_every_variable() -> None:
    networks = build(recipes.get("mnist/dcgan"))
    state = networks.state()
    assert {name.split("/")[0] for name in state} == {
        "generator",
        "discriminator",
        "generator_optimiser",
        "discriminator_optimiser",
    }
    # Each of the four dropouts has a generator of its own.
    assert sum("seed_generator_state" in name for name in state) == 4
    assert sum("moving_variance" in name for name in state) == 5
    before = {name: np.array(value) for name, value in state.items()}
    for network in (networks.generator, networks.discriminator):
        for variable in network.variables:
            variable.assign(variable + 1)
    for name, value in before.items():
        np.testing.assert_array_equal(state[name], value)


def test_restore_puts_back_every_variable() -> None:
    source, target = build(seed=1), build(seed=2)
    state = source.state()
    assert {name.split("/")[0] for name in state} >= {"average"}
    for value in target.state().values():
        value += 1
    target.restore(state)
    restored = target.state()
    assert restored.keys() == state.keys()
    for name, value in state.items():
        np.testing.assert_array_equal(restored[name], value)


def test_restore_refuses_other_networks_and_changes_nothing() -> None:
    networks = build()
    before = networks.weights_sha256()
    state = build(seed=1).state()
    missing = dict(state)
    missing.pop("generator/000/kernel")
    with pytest.raises(RunError, match=r"fit these networks: generator/000/kernel is in only one"):
        networks.restore(missing)
    with pytest.raises(RunError, match=r"fit these networks: extra is in only one\.$"):
        networks.restore({**state, "extra": np.zeros(3)})
    with pytest.raises(RunError, match=r"kernel has shape \(9, 9\), expected \(3, 4\)\.$"):
        networks.restore({**state, "generator/000/kernel": np.zeros((9, 9))})
    assert networks.weights_sha256() == before
