"""The memory that a training will take, told from its settings."""

import re

import keras
import pytest

from ganlib import recipes
from ganlib.training.memory_estimate import (
    _SLOTS,
    MemoryEstimate,
    _sizes,
    memory_estimate,
    out_of_memory_message,
)
from ganlib.training.networks import build_networks


@pytest.mark.parametrize("name", list(recipes.all_recipes()))
@pytest.mark.parametrize("extra", [{}, {"spectral_normalisation": True, "packing": 2}])
def test_weights_are_counted_as_they_are_built(name: str, extra: dict[str, object]) -> None:
    recipe = recipes.get(name)
    plain = {"weight_clip": 0, "label_smoothing": 0, "loss": "hinge", "batch_size": 8}
    config = recipe.parse({**plain, **extra})
    generator, discriminator = _sizes(recipe, config)
    built = build_networks(recipe, config, generator.end)
    for size, model in ((generator, built.generator), (discriminator, built.discriminator)):
        assert size.weights == sum(v.value.shape.num_elements() for v in model.variables)
    assert generator.end == tuple(built.generator.output_shape[1:])
    assert discriminator.end == (1,)


@pytest.mark.parametrize("kind", ["adam", "rmsprop", "sgd"])
def test_an_optimisers_numbers_for_each_weight_are_counted_as_they_are_built(kind: str) -> None:
    recipe = recipes.get("toy/gaussian-vector")
    config = recipe.parse({"optimiser": kind, "momentum": 0.9, "hidden_units": 3})
    built = build_networks(recipe, config, (200,))
    held = sum(v.value.shape.num_elements() for v in built.discriminator_optimiser.variables)
    # Beside those of the weights: the count of updates and the learning rate.
    assert held - 2 == _SLOTS[kind] * built.discriminator.count_params()


def test_each_networks_own_optimiser_is_counted() -> None:
    recipe = recipes.get("toy/gaussian-vector")
    plain = {"optimiser": "sgd", "average_decay": 0}
    both = memory_estimate(recipe, recipe.parse({**plain, "generator_optimiser": "same"})).at(8)
    apart = memory_estimate(recipe, recipe.parse({**plain, "generator_optimiser": "adam"})).at(8)
    # One number more for each of the generator's weights, and once more in the checkpoint.
    generator = (200 + 1) * 256 + (256 + 1) * 200
    assert apart - both == pytest.approx(4 * 2 * generator)


def test_outputs_of_a_small_network_are_those_of_its_dense_layers() -> None:
    recipe = recipes.get("toy/scalar")
    knobs = {"generator_units": 5, "generator_layers": 2, "octaves": 3, "discriminator_units": 7}
    config = recipe.parse({**knobs, "discriminator_layers": 1})
    generator, discriminator = _sizes(recipe, config)
    assert generator.outputs == 5 + 5 + 1
    # Of one number: itself, a sine and a cosine in each octave.
    assert discriminator.outputs == (1 + 6) + 7 + 1
    assert generator.weights == (1 + 1) * 5 + (5 + 1) * 5 + (5 + 1) * 1


def test_the_largest_batch_is_the_last_that_fits() -> None:
    for needed in (
        MemoryEstimate(100, 3, 0, 0),
        MemoryEstimate(100, 3, 0.5, 0),
        MemoryEstimate(100, 3, 0.5, 40),
    ):
        for room in (100, 150, 1_000, 12_345):
            most = needed.largest_batch(room)
            assert needed.at(most + 1) > room
            assert most == 0 or needed.at(most) <= room
    assert MemoryEstimate(100, 3, 0, 0).largest_batch(99) == 0


def test_nothing_is_left_that_keras_would_give_values_later() -> None:
    recipe = recipes.get("toy/scalar")
    memory_estimate(recipe, recipe.parse({"generator_units": 2_047, "generator_layers": 8}))
    made: list[int] = []
    initialise = keras.Variable._deferred_initialize

    def count(variable: keras.Variable) -> None:
        made.append(1)
        initialise(variable)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.Variable, "_deferred_initialize", count)
        with keras.StatelessScope():
            pass
    assert made == []


@pytest.mark.parametrize(
    ("name", "knobs", "said"),
    [
        ("mnist/dcgan", {"batch_size": 8_192}, r"batch_size .* at most [0-9,]+ on this machine"),
        ("toy/scalar", {"minibatch_kernels": 256, "gradient_penalty": "none"}, "batch_size must"),
        ("toy/gaussian-vector", {"hidden_units": 4_096, "minibatch_kernels": 256,
                                 "minibatch_dimensions": 64}, "hidden_units must be below 4,096"),
        ("toy/scalar", {"generator_units": 2_048, "generator_layers": 8},
         "generator_units must be below 2,048 on this machine"),
    ],
)  # fmt: skip
def test_the_sentence_names_the_knob_and_what_is_there(
    name: str, knobs: dict[str, object], said: str
) -> None:
    recipe = recipes.get(name)
    sentence = out_of_memory_message(recipe, recipe.parse(knobs), 1e9)
    assert re.match(said, sentence), sentence
    assert sentence.count("GB") == 2 and sentence.endswith("1.0 GB is available.")


def test_the_batch_that_is_named_fits_and_the_next_does_not() -> None:
    recipe = recipes.get("mnist/dcgan")
    sentence = out_of_memory_message(recipe, recipe.parse({"batch_size": 8_192, "packing": 4}), 2e9)
    most = int(sentence.split("at most ")[1].split(" ")[0].replace(",", ""))
    assert most % 4 == 0
    assert (
        out_of_memory_message(recipe, recipe.parse({"batch_size": most, "packing": 4}), 2e9) == ""
    )
    assert out_of_memory_message(recipe, recipe.parse({"batch_size": most + 4, "packing": 4}), 2e9)


def test_data_count_and_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # As with a network, which would bring them all.
    monkeypatch.setenv("GANLIB_OFFLINE", "0")
    recipe = recipes.get("quickdraw/conv")
    names = recipe.Config.model_fields["categories"].json_schema_extra["choices"]()
    config = recipe.parse({"categories": names, "max_drawings": 100_000})
    assert out_of_memory_message(recipe, config, 20e9).startswith(
        "categories must be fewer than 345 on this machine"
    )
