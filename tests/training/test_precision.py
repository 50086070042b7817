"""How many digits a run computes in."""

from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow as tf

from ganlib import recipes
from ganlib.events import Started
from ganlib.training import Trainer, precision
from ganlib.training.devices import choose
from ganlib.training.program import Program, Setup
from tests.support.cases import slow_but


@pytest.fixture(params=[True, False])
def in_hardware(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the processor is taken to have bfloat16."""
    monkeypatch.setattr(precision, "has_bfloat16", lambda device: request.param)
    return bool(request.param)


@pytest.mark.parametrize(
    ("flag", "has"), [("avx512_bf16", True), ("amx_bf16", True), ("avx512f", False)]
)
def test_the_processor_says_what_it_has(
    monkeypatch: pytest.MonkeyPatch, flag: str, has: bool
) -> None:
    monkeypatch.setattr(precision, "processor_flags", lambda: frozenset({"fpu", flag}))
    precision.has_bfloat16.cache_clear()
    try:
        assert precision.has_bfloat16("/CPU:0") is has
    finally:
        precision.has_bfloat16.cache_clear()


@pytest.mark.parametrize("capability", [(7, 5), (8, 0), (9, 0)])
def test_a_gpu_has_it_from_ampere_on(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int]
) -> None:
    experimental = tf.config.experimental
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["first", "second"])
    details = {"first": (7, 0), "second": capability}
    monkeypatch.setattr(
        experimental, "get_device_details", lambda gpu: {"compute_capability": details[gpu]}
    )
    assert precision.has_bfloat16.__wrapped__("/GPU:1") is (capability >= (8, 0))


@pytest.mark.parametrize("name", sorted(recipes.all_recipes()))
def test_auto_takes_it_for_networks_that_convolve(name: str, in_hardware: bool) -> None:
    recipe = recipes.get(name)
    dense = recipe.page == "toy" or name == "fashion/dense"
    found = precision.choose(recipe, recipe.parse({}), "/CPU:0")
    assert found == ("mixed_bfloat16" if in_hardware and not dense else "float32")


@pytest.mark.parametrize("asked", ["float32", "mixed_bfloat16"])
def test_what_is_asked_for_is_done(asked: str, in_hardware: bool) -> None:
    recipe = recipes.get("mnist/dcgan")
    assert precision.choose(recipe, recipe.parse({"precision": asked}), "/CPU:0") == asked


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    monkeypatch.setattr(precision, "has_bfloat16", lambda device: True)
    recipe = recipes.get("mnist/basic")
    trainer = Trainer(recipe, recipe.parse({"steps": 1, "batch_size": 2, "devices": "cpu"}))
    yield next(event for event in trainer.events() if isinstance(event, Started))
    trainer.close()


def test_a_run_says_what_it_computes_in(started: Started) -> None:
    assert started.device == "CPU in bfloat16"


@pytest.mark.parametrize("average_decay", slow_but([0.0], [0.0, 0.5]))
def test_samples_are_drawn_in_float32_from_the_newest_weights(average_decay: float) -> None:
    recipe = recipes.get("mnist/basic")
    values = {"precision": "mixed_bfloat16", "batch_size": 4, "average_decay": average_decay}
    config = recipe.parse(values)
    program = Program(Setup(recipe, config, recipe.load(config), choose("cpu")))
    program.inputs.set_config(config)
    assert {layer.compute_dtype for layer in program.sampled.layers} == {"float32"}
    latents = tf.random.stateless_normal((3, 100), (1, 2))
    drawn = []
    for step in (1, 2):
        program.multi_step(tf.constant(step, tf.int64), tf.constant(1, tf.int64))
        drawn.append(program.predict(latents).numpy())
        for one, other in zip(
            program.sampled.weights, program.networks.average.weights, strict=True
        ):
            np.testing.assert_array_equal(one, other)
    assert (drawn[0] != drawn[1]).any()
    # Not of bfloat16's few values.
    assert (tf.cast(tf.cast(drawn[0], tf.bfloat16), tf.float32).numpy() != drawn[0]).any()
