"""Caches compiled training steps, so that a second run with the same networks starts at once.

Compiling takes longer than all else between Start and the first point of a curve. So a run that
has ended leaves its program here. The next run takes it over if it differs only in what a program
reads at each call (seed, steps, learning rates, data); it gets initial weights of its own.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import tensorflow as tf

from ganlib import fast, memory
from ganlib.config import RunConfig
from ganlib.data.base import Data
from ganlib.fast.structure import multiply_adds
from ganlib.fast.thread_pool import with_thread_pool
from ganlib.knobs import compile_time_knobs, meta
from ganlib.recipes.base import Recipe
from ganlib.training import precision
from ganlib.training.devices import DevicePlacement
from ganlib.training.generator import compile_generator
from ganlib.training.inspector import compile_score
from ganlib.training.multi_step import MultiStep, RuntimeInputs, StepProgram, compile_steps
from ganlib.training.networks import build_generator, build_networks
from ganlib.training.step import Only

# `toy/plane` takes 20 MB, and `quickdraw/conv` 120.
_MAX_SMALL_CACHED = 3
_MAX_OTHERS_CACHED = 1
# Multiplications of a batch in one pass through both networks, up to which it is faster to run
# two operations at a time than to share each one out. Measured on two cores.
_SMALL = 1e8

_cached: dict[tuple[Any, ...], "Program"] = {}
_pending: dict[tuple[Any, ...], "_Pending"] = {}
_lock = threading.Lock()


class _Pending(NamedTuple):
    """A program in preparation: set when a run waits for it, and when it is there."""

    wanted: threading.Event
    done: threading.Event


class Setup(NamedTuple):
    """What a program is made for.

    Args:
        recipe: what is trained.
        config: the run's knobs.
        data: what is learned.
        placement: the devices to train on.
    """

    recipe: Recipe[Any]
    config: RunConfig
    data: Data
    placement: DevicePlacement

    def key(self) -> tuple[Any, ...]:
        """Programs with equal keys can replace each other."""
        recipe, config, data, placement = self
        # Of the knobs that say which data, only their kind and their scaling are compiled in.
        compiled = {
            name: value
            for name, value in compile_time_knobs(config).items()
            if meta(type(config).model_fields[name])["group"] != "Data"
        }
        knobs = tuple(sorted(compiled.items()))
        # The class and not its name: after a hot reload, the same name means another recipe.
        kinds = type(recipe), placement, data.kind, recipe.scaling(config), fast.enabled()
        return (*kinds, knobs)


class Program:
    """Networks with their compiled functions. One run has it, from `acquire` to `release`.

    Args:
        setup: what it is made for.

    Attributes:
        setup: the same, with the data of the run that has the program now.
        key: see `Setup.key`.
        precision: Keras dtype policy that the networks train with.
        networks: what is trained.
        inputs: what the compiled step reads at each call.
        multi_step: the compiled step; see `compile_steps`.
        is_small: whether two of its operations run at a time.
        sampled: the generator that samples are drawn from, always in float32.
        predict: the same, compiled; a call brings `sampled` up to date.
        score: the compiled discriminator, in inference mode.
        initial_seed: seed of the networks' initial weights; None once they have trained.
    """

    def __init__(self, setup: Setup):
        self.setup, self.key = setup, setup.key()
        recipe, config, data, placement = setup
        self.precision = precision.choose(recipe, config, placement.first)
        size = recipe.latent(config).size
        with placement.scope():
            self.networks = build_networks(recipe, config, data.sample_shape, self.precision)
        with tf.device(placement.first):
            self.sampled = average = self.networks.average
            if self.precision == "float32" or config.average_decay:
                self.predict = compile_generator(average, size)
            else:
                self.sampled = build_generator(recipe, config)
                self.predict = compile_generator(self.sampled, size, source=average)
        self.inputs = RuntimeInputs(data)
        self.score = compile_score(self.networks.discriminator, data.sample_shape, config.packing)
        models = (self.networks.generator, self.networks.discriminator)
        work = config.batch_size * sum(multiply_adds(model) for model in models)
        on_processor = placement.devices == ("/CPU:0",)
        self.is_small = fast.enabled() and on_processor and work <= _SMALL
        self._variants: dict[tuple[Any, ...], MultiStep] = {}
        self.initial_seed: int | None = config.seed
        self.multi_step = self.variant(config)

    def variant(self, config: RunConfig, only: Only = "", stage: int = 0) -> MultiStep:
        """The compiled step for knobs that were changed in the middle of a run.

        Args:
            config: may differ from the program's in the knobs that `CHANGEABLE` names.
            only: the network that is updated alone; see `AdversarialStep`.
            stage: stage of the run; see `Recipe.stage`.
        """
        key = (config.loss, config.discriminator_steps, only, stage)
        if key not in self._variants:
            recipe, _, data, placement = self.setup
            step = StepProgram(self.networks, self.inputs, recipe, config, data, only, stage)
            compiled = compile_steps(step, placement)
            self._variants[key] = with_thread_pool(compiled) if self.is_small else compiled
        return self._variants[key]

    def set_data(self, data: Data) -> None:
        """Steps learn from these data from now on; they are of the same kind as the first."""
        self.setup = self.setup._replace(data=data)
        self.inputs.set_data(data)

    def set_config(self, config: RunConfig) -> None:
        """Knobs that are not compiled in have these values from the next step on."""
        self.inputs.set_config(config)
        if config.schedule == "constant":
            # Nothing else sets these.
            self.networks.set_learning_rates(config)


def acquire(setup: Setup) -> Program:
    """A program for a run, from the cache or new, with the initial weights of the run's seed."""
    key = setup.key()
    with _lock:
        pending = _pending.get(key)
    if pending is not None:
        # It is being built already: another one would not be ready sooner.
        pending.wanted.set()
        pending.done.wait()
    return _acquire(setup, key)


def _acquire(setup: Setup, key: tuple[Any, ...]) -> Program:
    recipe, config, data, placement = setup
    with _lock:
        program = _cached.pop(key, None)
    if program is None:
        program = Program(setup)
    if program.initial_seed == config.seed:
        program.networks.set_learning_rates(config)
    else:
        with tf.device(placement.first):
            initial = build_networks(recipe, config, data.sample_shape)
        program.networks.restore(initial.state())
    program.initial_seed = None
    program.inputs.set_config(config)
    program.set_data(data)
    return program


def release(program: Program) -> None:
    """Puts a program into the cache; the run that had it must not use it any more."""
    with _lock:
        _cached[program.key] = program
        alike = [key for key, one in _cached.items() if one.is_small == program.is_small]
        for key in alike[: -_MAX_SMALL_CACHED if program.is_small else -_MAX_OTHERS_CACHED]:
            del _cached[key]
    # Otherwise the process would grow with each run.
    memory.release()


def set_cached_data(setup: Setup) -> None:
    """Puts loaded data into the cached program of a run, so that the run need not load them."""
    with _lock:
        if program := _cached.get(setup.key()):
            program.set_data(setup.data)


@contextmanager
def prepared(setup: Setup) -> Iterator[tuple[Program, threading.Event] | None]:
    """A program to be compiled ahead in the block; after the block it waits in the cache.

    The block must not change its variables.

    Yields:
        The program, and an event that is set as soon as a run waits for it. None if the cache has
        such a program already, or one is being prepared.
    """
    key = setup.key()
    pending = _Pending(threading.Event(), threading.Event())
    with _lock:
        if not (known := key in _cached or key in _pending):
            _pending[key] = pending
    if known:
        yield None
        return
    try:
        program = _acquire(setup, key)
        yield program, pending.wanted
        program.initial_seed = setup.config.seed
        release(program)
    finally:
        with _lock:
            del _pending[key]
        pending.done.set()
