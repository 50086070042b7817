"""A run's networks with their compiled step, kept for the next run of the same kind.

Compiling takes longer than all else between Start and the first point of a curve. So a
run that has ended leaves its program behind, and a run that differs only in what a
program reads anew (seed, steps, learning rates, data) takes it over, with weights of its own.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import tensorflow as tf

from ganlib import memory
from ganlib.config import RunConfig
from ganlib.data.base import Data
from ganlib.knobs import baked, meta
from ganlib.models.structure import multiply_adds
from ganlib.recipes.base import Recipe
from ganlib.training import precision
from ganlib.training.chunk import Chunk, Feed, compile_chunk
from ganlib.training.devices import Place
from ganlib.training.generator import compile_generator
from ganlib.training.networks import build_generator, build_networks
from ganlib.training.probe import compile_score
from ganlib.training.threads import side_by_side

# `toy/plane` takes 20 MB, and `quickdraw/conv` 120.
_MOST_SMALL_KEPT = 4
_MOST_OTHERS_KEPT = 2
# Multiplications of a batch in one pass through both networks, up to which operations gain
# more by running beside each other than by being shared out. Measured on two cores.
_SMALL = 1e8

_kept: dict[tuple[Any, ...], "Program"] = {}
_coming: dict[tuple[Any, ...], "_Coming"] = {}
_lock = threading.Lock()


class _Coming(NamedTuple):
    """Of a program that is being prepared: whether a run waits for it, and whether it is there."""

    wanted: threading.Event
    done: threading.Event


class Program:
    """Belongs to one run at a time, from `take` to `give_back`.

    Attributes:
        key: equal keys, equal programs.
        precision: Keras dtype policy that the networks train with.
        networks: what is trained.
        feed: what the compiled step reads anew in every run.
        chunk: the compiled step; see `compile_chunk`.
        is_small: whether its operations are made beside each other.
        sampled: the generator that samples are drawn from, always in float32.
        predict: the same, compiled; it brings `sampled` up to date.
        score: the compiled discriminator, as it is asked between steps.
        initial_seed: the seed whose initial weights its networks have; None once it has trained.
    """

    def __init__(
        self,
        key: tuple[Any, ...],
        recipe: Recipe[Any],
        config: RunConfig,
        data: Data,
        place: Place,
    ):
        self.key = key
        self.precision = precision.choose(recipe, config, place.first)
        size = recipe.latent(config).size
        with place.scope():
            self.networks = build_networks(recipe, config, data.sample_shape, self.precision)
        with tf.device(place.first):
            self.sampled = average = self.networks.average
            if self.precision == "float32" or config.average_decay:
                self.predict = compile_generator(average, size)
            else:
                self.sampled = build_generator(recipe, config)
                self.predict = compile_generator(self.sampled, size, source=average)
        self.feed = Feed(data)
        self.score = compile_score(self.networks.discriminator, data.sample_shape, config.packing)
        models = (self.networks.generator, self.networks.discriminator)
        work = config.batch_size * sum(multiply_adds(model) for model in models)
        self.is_small = place.devices == ("/CPU:0",) and work <= _SMALL
        self._made_for = recipe, place
        self._data = data
        self._variants: dict[tuple[Any, ...], Chunk] = {}
        self.initial_seed: int | None = config.seed
        self.chunk = self.variant(config)

    def variant(self, config: RunConfig, learns: str = "", stage: int = 0) -> Chunk:
        """The compiled step of a stage, for knobs that were changed in the middle of a run.

        Args:
            config: may differ from the program's in what `CHANGEABLE` names.
            learns: the network that learns alone; see `adversarial_step`.
            stage: see `Recipe.stage`.
        """
        key = (config.loss, config.discriminator_steps, learns, stage)
        if key not in self._variants:
            recipe, place = self._made_for
            chunk = compile_chunk(
                self.networks,
                self.feed,
                recipe,
                config,
                self._data,
                place,
                learns,
                stage,
            )
            self._variants[key] = side_by_side(chunk) if self.is_small else chunk
        return self._variants[key]

    def hold(self, data: Data) -> None:
        """From the next step on, it learns these; they are of the kind that it was made for."""
        self._data = data
        self.feed.hold(data)

    def set(self, config: RunConfig) -> None:
        """From the next step on, what is not baked in is as the knobs have it."""
        self.feed.set(config)
        if config.schedule == "constant":
            # Nothing else sets these.
            self.networks.set_learning_rates(config)


def take(recipe: Recipe[Any], config: RunConfig, data: Data, place: Place) -> Program:
    """A program for a run, with the initial weights that its seed decides.

    Args:
        recipe: what the run trains.
        config: the run's knobs.
        data: what it learns.
        place: where it trains.
    """
    key = _key(recipe, config, data, place)
    with _lock:
        coming = _coming.get(key)
    if coming is not None:
        # It is being built already, and nobody would be sooner by starting anew.
        coming.wanted.set()
        coming.done.wait()
    return _take(key, recipe, config, data, place)


def _take(
    key: tuple[Any, ...], recipe: Recipe[Any], config: RunConfig, data: Data, place: Place
) -> Program:
    with _lock:
        program = _kept.pop(key, None)
    if program is None:
        program = Program(key, recipe, config, data, place)
    if program.initial_seed == config.seed:
        program.networks.set_learning_rates(config)
    else:
        with tf.device(place.first):
            fresh = build_networks(recipe, config, data.sample_shape)
        program.networks.restore(fresh.state())
    program.initial_seed = None
    program.feed.set(config)
    program.hold(data)
    return program


def give_back(program: Program) -> None:
    """Leaves a program to the next run; its networks are not the last run's any more."""
    with _lock:
        _kept[program.key] = program
        alike = [key for key, one in _kept.items() if one.is_small == program.is_small]
        for key in alike[: -_MOST_SMALL_KEPT if program.is_small else -_MOST_OTHERS_KEPT]:
            del _kept[key]
    # It would be more after each run.
    memory.give_back()


def keep_data(recipe: Recipe[Any], config: RunConfig, data: Data, place: Place) -> None:
    """Has a program that waits for a run hold what this will learn, or it would be read again."""
    with _lock:
        if program := _kept.get(_key(recipe, config, data, place)):
            program.hold(data)


@contextmanager
def prepared(
    recipe: Recipe[Any], config: RunConfig, data: Data, place: Place
) -> Iterator[tuple[Program, threading.Event] | None]:
    """A program to be compiled ahead; then it waits for its first run.

    Nothing of it may be changed meanwhile.

    Args:
        recipe: what a run would train.
        config: its knobs.
        data: what it would learn.
        place: where it would train.
    Yields:
        The program, and what is set as soon as a run waits for it; None where there is one
        already, or one is being prepared.
    """
    key = _key(recipe, config, data, place)
    coming = _Coming(threading.Event(), threading.Event())
    with _lock:
        if not (known := key in _kept or key in _coming):
            _coming[key] = coming
    if known:
        yield None
        return
    try:
        program = _take(key, recipe, config, data, place)
        yield program, coming.wanted
        program.initial_seed = config.seed
        give_back(program)
    finally:
        with _lock:
            del _coming[key]
        coming.done.set()


def _key(recipe: Recipe[Any], config: RunConfig, data: Data, place: Place) -> tuple[Any, ...]:
    # The class and not its name: after a hot reload, the same name means another recipe.
    # Of the knobs that say which data, no more is compiled than their kind and their scaling.
    compiled = {
        name: value
        for name, value in baked(config).items()
        if meta(type(config).model_fields[name])["group"] != "Data"
    }
    kind, scaling = data.kind, recipe.scaling(config)
    return (type(recipe), place, kind, scaling, tuple(sorted(compiled.items())))
