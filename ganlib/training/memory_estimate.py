"""Estimates the memory that a training takes, from its settings, before anything is allocated.

The layers of both networks give the shapes of their weights and outputs; nothing has a value.
The peak of a step follows from these shapes by measured factors: `tests/bench/test_memory.py`
compares the estimates with real trainings. They are meant to err on the high side.
"""

import math
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import keras
from keras import layers

from ganlib.config import RunConfig
from ganlib.fast.small_images import SmallImageConv2D
from ganlib.fast.thin import ThinConv2D, ThinConv2DTranspose
from ganlib.knobs import compile_time_knobs
from ganlib.models.minibatch import MinibatchDiscrimination
from ganlib.recipes.base import Recipe
from ganlib.training import devices, precision
from ganlib.training.devices import DevicePlacement
from ganlib.training.networks import faster, pack_shape, plan_discriminator

# Graphs, compiled code and what the C library keeps.
_RUNTIME_BYTES = 150e6
_FLOAT = 4
# A number of a layer's output: in mixed precision some are kept in float32 all the same.
_OUTPUT_BYTES = {"float32": 4.0, "mixed_bfloat16": 2.6}
# Copies of a network's outputs in memory at the peak of a step. The discriminator sees real and
# generated samples; a penalty differentiates its gradients once more, of one pass or of two.
_GENERATOR = 1.5
_IN_LOOP = 0.6
_DISCRIMINATOR = 2.5
_PENALTY = {"none": 0.0, "r1": 4.0, "r2": 4.0, "r1_r2": 5.0, "wgan_gp": 8.5}
_UNROLLED = 5.5
# Copies of the widest output in memory while samples are drawn.
_SCORED = 1.3
# Optimiser's numbers for each weight.
_SLOTS = {"adam": 2, "rmsprop": 1, "sgd": 1}
# Numbers for each pair of samples and each dimension of minibatch discrimination, in float32:
# differences, their absolute values and the gradients of both.
_PAIRS = 8.5
# As they are read, put together, and as TensorFlow has them.
_DATA_COPIES = 3
# Elementwise: TensorFlow does them in place, or within the layer before.
_IN_PLACE = (
    layers.Activation,
    layers.Flatten,
    layers.InputLayer,
    layers.LeakyReLU,
    layers.ReLU,
    layers.Reshape,
)


@dataclass(frozen=True)
class MemoryEstimate:
    """Memory in bytes, as a function of the batch size.

    Args:
        fixed: bytes that do not depend on the batch.
        per_sample: bytes for each sample of a batch.
        per_pair: bytes for each pair of samples that the discriminator compares.
        between: bytes for the scoring between steps, when the memory of a step is free again.
    """

    fixed: float
    per_sample: float
    per_pair: float
    between: float

    def at(self, batch_size: float) -> float:
        """Bytes for a batch of that size."""
        step = self.per_sample * batch_size + self.per_pair * batch_size**2
        return self.fixed + max(step, self.between)

    def largest_batch(self, room: float) -> int:
        """The largest batch that fits into `room` bytes; 0 if none does."""
        return bisect_right(range(1, sys.maxsize), room, key=self.at)


@dataclass(frozen=True)
class _Size:
    """Numbers that a network consists of and computes.

    Args:
        weights: in all layers.
        outputs: of all layers, for one sample.
        scratch: rearranged copies of layers' inputs, for one sample.
        widest: the largest output, for one sample.
        pairs: for each pair of samples.
        end: shape of the network's output, without the batch.
    """

    weights: int
    outputs: int
    scratch: int
    widest: int
    pairs: int
    end: tuple[int, ...]


def memory_estimate(recipe: Recipe[Any], config: RunConfig) -> MemoryEstimate:
    """The memory that a run would take on one device, beside what TensorFlow itself has taken.

    Args:
        recipe: what the run trains.
        config: the run's knobs; `batch_size` does not matter, the estimate is a function of it.

    Raises:
        ConfigError: there is no such device.
        DataError: the user's own file of samples is not what it should be.
    """
    placement = devices.choose(config.devices)
    # So that the cache serves any batch size, seed and length.
    plain = config.model_copy(update={"batch_size": config.packing, "seed": 0, "steps": 1})
    return _estimate(recipe, plain, placement, recipe.data_bytes(config))


def out_of_memory_message(recipe: Recipe[Any], config: RunConfig, room: float) -> str:
    """One sentence that says what is too large; empty if the run fits.

    Args:
        recipe: what the run trains.
        config: the run's knobs.
        room: free bytes of memory. On GPUs their own memory is the limit instead.

    Raises:
        ConfigError: there is no such device.
        DataError: the user's own file of samples is not what it should be.
    """
    placement = devices.choose(config.devices)
    there = f"{_gb(room)} is available"
    if "GPU" in placement.first and 0 < (memory := gpu_bytes()) < room:
        room, there = memory, f"each GPU has {_gb(memory)}"
    needed, parts = memory_estimate(recipe, config), len(placement.devices)
    if needed.at(config.batch_size / parts) <= room:
        return ""
    unit = parts * config.packing
    most = needed.largest_batch(room) * parts // unit * unit
    if most >= max(2, unit):
        value, taken = f"{config.batch_size:,}", needed.at(config.batch_size / parts)
        return (
            f"batch_size must be at most {most:,} on this machine: with {value}, training would "
            f"take about {_gb(taken)} of memory, and {there}."
        )
    taken = needed.at(max(2, unit) / parts)
    rest = (
        f"training would take about {_gb(taken)} of memory even with the smallest batch, and "
        f"{there}"
    )
    if culprit := _culprit(recipe, config, needed):
        return f"{culprit}: {rest}."
    return f"{recipe.name} is too large for this machine: {rest}."


def _culprit(recipe: Recipe[Any], config: RunConfig, needed: MemoryEstimate) -> str:
    """The knob that takes most memory, and its limit; empty if no knob is above its default."""
    best, found = needed.at(0), ""
    usual = compile_time_knobs(recipe.Config())
    for name, value in compile_time_knobs(config).items():
        if isinstance(value, tuple) and len(value) > len(usual[name]):
            words = f"{name} must be fewer than {len(value):,} on this machine"
        elif type(value) is int and value > usual[name]:
            words = f"{name} must be below {value:,} on this machine"
        else:
            continue
        without = memory_estimate(recipe, config.model_copy(update={name: usual[name]})).at(0)
        if without < best:
            best, found = without, words
    return found


@cache
def gpu_bytes() -> float:
    """Memory of the smallest GPU in bytes, according to its driver; 0 if unknown."""
    command = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
        return min(float(line) for line in answer.stdout.splitlines()) * 2**20
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0.0


def _gb(size: float) -> str:
    return f"{size / 1e9:,.1f} GB"


@lru_cache(maxsize=64)
def _estimate(
    recipe: Recipe[Any], config: RunConfig, placement: DevicePlacement, data_bytes: int
) -> MemoryEstimate:
    generator, discriminator = _sizes(recipe, config)
    policy = precision.choose(recipe, config, placement.first)
    sample = math.prod(generator.end)
    passes = _GENERATOR + (_IN_LOOP if config.discriminator_steps > 1 else 0)
    copies = _DISCRIMINATOR + _PENALTY[config.gradient_penalty] + _UNROLLED * config.unrolled_steps
    outputs = passes * generator.outputs + copies * discriminator.outputs / config.packing
    outputs += generator.scratch + discriminator.scratch / config.packing
    # The real batches of all updates, and what they were scaled from.
    real = 2 * config.discriminator_steps * sample
    pairs = _PAIRS * (1 + config.unrolled_steps) * discriminator.pairs / config.packing**2
    return MemoryEstimate(
        fixed=_RUNTIME_BYTES
        + _FLOAT * _weights(config, policy, generator.weights, discriminator.weights)
        + _DATA_COPIES * data_bytes,
        per_sample=_OUTPUT_BYTES[policy] * outputs + _FLOAT * real,
        per_pair=_FLOAT * pairs,
        between=_FLOAT * recipe.evaluation_count * (_SCORED * generator.widest + sample),
    )


def _weights(config: RunConfig, policy: str, generator: int, discriminator: int) -> float:
    """Numbers that weights, gradients, optimisers and a checkpoint are made of."""
    slots, generator_slots = (
        _SLOTS[kind] for kind in (config.optimiser, config.resolved_generator_optimiser)
    )
    # Weights and slots, once more in the checkpoint that is being written, and two gradients:
    # as they are found, and as they are clipped and averaged.
    rounded = 0.5 if policy != "float32" else 0
    each = 2 * (1 + slots) + 2 + rounded
    generator_each = 2 * (1 + generator_slots) + 2 + rounded
    averaged = 2 if config.average_decay else 1 if policy != "float32" else 0
    penalised = 1 if config.gradient_penalty != "none" else 0
    normalised = 2 if config.spectral_normalisation else 0
    ahead = config.unrolled_steps * (2 + slots)
    return generator * (generator_each + averaged) + discriminator * (
        each + penalised + normalised + ahead
    )


def _sizes(recipe: Recipe[Any], config: RunConfig) -> tuple[_Size, _Size]:
    """(generator, discriminator)."""
    found: list[_Size] = []

    def measure() -> None:
        # Variables that are made in this scope get no values.
        with keras.StatelessScope(initialize_variables=False):
            found.append(_size(recipe.generator(config), (recipe.latent(config).size,)))
            seen = pack_shape(found[0].end, config.packing)
            found.append(_size(plan_discriminator(recipe, config), seen))

    # In a separate thread: Keras keeps a thread-local list of uninitialised variables and would
    # initialise these later.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(measure).result()
    return found[0], found[1]


def _size(model: keras.Sequential, shape: tuple[int, ...]) -> _Size:
    if transform := faster():
        model = transform(model, shape)
    outputs, scratch, pairs = [0], 0, 0
    for layer in model.layers:
        layer.build((None, *shape))
        for each, seen in _with_inner(layer, shape):
            made = math.prod(each.compute_output_shape((None, *seen))[1:])
            outputs.append(made)
            scratch += _scratch(each, math.prod(seen), made)
            if isinstance(each, MinibatchDiscrimination):
                pairs += each.kernels * each.dimensions
        shape = tuple(layer.compute_output_shape((None, *shape))[1:])
    weights = sum(math.prod(weight.shape) for each in model.layers for weight in each.variables)
    return _Size(weights, sum(outputs), scratch, max(outputs), pairs, shape)


def _with_inner(
    layer: layers.Layer, shape: tuple[int, ...]
) -> Iterator[tuple[layers.Layer, tuple[int, ...]]]:
    """Each layer that makes something, and the shape of its input; of layers in it, those."""
    inner = list(layer._flatten_layers(include_self=False))
    for each in inner:
        yield each, tuple(each.get_build_config()["input_shape"][1:])
    if not inner and not isinstance(layer, _IN_PLACE):
        yield layer, shape


def _scratch(layer: layers.Layer, seen: int, made: int) -> int:
    if isinstance(layer, SmallImageConv2D) and layer.strides == (1, 1):
        # For its kernel's gradient, both are cut to what each tap connects: half, or less.
        return math.prod(layer.kernel_size) // 2 * (seen + made)
    if isinstance(layer, ThinConv2D | ThinConv2DTranspose):
        return math.prod(layer.kernel_size) * made
    return 0
