"""A program that was used before trains like a new one."""

import gc
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorflow.python.framework.func_graph import FuncGraph

from ganlib import recipes
from ganlib.events import Event, Metrics
from ganlib.knobs import compile_time_knobs
from ganlib.recipes.base import Recipe
from ganlib.training import Trainer, prepare, program
from ganlib.training.devices import choose
from tests.support.cases import slow_but
from tests.support.small_recipe import Small, finished, reduced

SMALL = {"steps": 3, "sample_every": 3, "batch_size": 8, "devices": "cpu"}


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    program._cached.clear()
    yield
    program._cached.clear()


def run(recipe: Recipe[Any], values: dict[str, Any]) -> list[Event]:
    """A run's events; afterwards its program is free for the next one."""
    trainer = Trainer(recipe, recipe.parse(values))
    try:
        return list(trainer.events())
    finally:
        trainer.close()


def rates(value: float) -> dict[str, float]:
    """Both learning rates."""
    return {"generator_learning_rate": value, "discriminator_learning_rate": value}


def acquired(recipe: Recipe[Any], config: Any) -> program.Program:
    setup = program.Setup(recipe, config, recipe.load(config), choose("cpu"))
    return program.acquire(setup)


def kept() -> list[program.Program]:
    return list(program._cached.values())


@pytest.mark.parametrize("name", slow_but(["toy/scalar"], ["toy/scalar", "mnist/dcgan"]))
def test_a_used_program_gives_the_weights_of_a_new_one(name: str) -> None:
    recipe = reduced(name)
    second = {
        **SMALL,
        "steps": 5,
        "seed": 9,
        "sample_every": 2,
        "generator_learning_rate": 3e-3,
        "discriminator_learning_rate": 2e-3,
    }
    alone = run(recipe, second)
    program._cached.clear()

    first = run(recipe, {**SMALL, "seed": 1})
    used = kept()
    after_another = run(recipe, second)
    assert kept() == used, "it was compiled anew"
    assert finished(after_another).weights_sha256 == finished(alone).weights_sha256
    assert finished(after_another).metrics == finished(alone).metrics
    assert finished(first).weights_sha256 != finished(alone).weights_sha256


@pytest.mark.parametrize(
    ("name", "prepared", "schedule"),
    [
        ("toy/scalar", {}, "plateau"),
        ("toy/scalar", {"seed": 8}, "plateau"),
        ("toy/scalar", rates(0.7), "constant"),
        pytest.param("fashion/dense", rates(0.7), "constant", marks=pytest.mark.slow),
        pytest.param("wgan/gp", {"seed": 8}, "plateau", marks=pytest.mark.slow),
    ],
)
def test_a_prepared_program_gives_the_weights_of_a_new_one(
    name: str, prepared: dict[str, float], schedule: str
) -> None:
    recipe = reduced(name)
    # With what is not a weight, too: an average, schedules, Dropout.
    values = {**SMALL, "average_decay": 0.5, "schedule": schedule, "optimiser": "adam"}
    alone = finished(run(recipe, values))
    program._cached.clear()
    prepare(recipe, recipe.parse({**values, **prepared}))
    assert [one.initial_seed for one in kept()] == [prepared.get("seed", 0)]
    for _ in range(2):
        assert finished(run(recipe, values)) == alone
        assert [one.initial_seed for one in kept()] == [None]


def test_every_runtime_knob_acts_on_a_used_program() -> None:
    recipe = Small()
    run(recipe, {**SMALL, **rates(0.25)})
    used = kept()
    slow = run(recipe, {**SMALL, **rates(1e-9)})
    assert kept() == used
    figures = np.concatenate([event.values for event in slow if isinstance(event, Metrics)])
    quick = run(recipe, {**SMALL, **rates(0.25)})
    others = np.concatenate([event.values for event in quick if isinstance(event, Metrics)])
    np.testing.assert_array_equal(figures[0, 0], others[0, 0])
    losses_and_norms = [0, 1, 4, 5]
    assert (figures[1:, losses_and_norms] != others[1:, losses_and_norms]).all()


@pytest.mark.parametrize("name", list(recipes.all_recipes()))
def test_all_knobs_but_the_runtime_ones_are_compiled_in(name: str) -> None:
    config = recipes.get(name).parse({})
    rates = {"generator_learning_rate", "discriminator_learning_rate"}
    runtime = {"steps", "seed", "sample_every", "checkpoint_every", "milestones"} | rates
    assert set(type(config).model_fields) - set(compile_time_knobs(config)) == runtime


@pytest.mark.parametrize("change", [{"batch_size": 16}, {"poisoned_step": 99}])
def test_a_compile_time_knob_or_other_data_need_a_program_of_their_own(
    change: dict[str, Any],
) -> None:
    run(Small(), SMALL)
    used = kept()
    run(Small(), {**SMALL, **change})
    assert len(kept()) == 2 and kept()[0] is used[0]


@pytest.mark.parametrize(
    ("name", "first", "second"),
    slow_but(
        [("fashion/dense", {"dataset": "mnist"}, {"dataset": "fashion_mnist"})],
        [
            ("fashion/dense", {"dataset": "mnist"}, {"dataset": "fashion_mnist"}),
            ("wgan/clip", {"dataset": "mnist"}, {"dataset": "fashion_mnist"}),
        ],
    ),
)
def test_other_images_are_learned_with_the_same_program(
    name: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    recipe = reduced(name)
    alone = finished(run(recipe, {**SMALL, **second}))
    program._cached.clear()
    other = finished(run(recipe, {**SMALL, **first}))
    used = kept()
    assert finished(run(recipe, {**SMALL, **second})) == alone
    assert kept() == used and other != alone


def test_another_column_of_the_same_table_has_a_program_of_its_own(tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.write_text("near,far\n" + "".join(f"{i % 7},{1e6 + i % 5}\n" for i in range(100)))
    recipe = recipes.get("toy/scalar")
    for column in ("near", "far"):
        own = {"target": "own", "own_table": str(table), "own_columns": column}
        config = recipe.parse({**SMALL, **own})
        program.release(acquired(recipe, config))
    assert len(kept()) == 2


def test_two_runs_at_the_same_time_share_nothing() -> None:
    recipe = Small()
    trainers = [Trainer(recipe, recipe.parse({**SMALL, "seed": seed})) for seed in (1, 2)]
    together = [trainer.events() for trainer in trainers]
    for _ in range(5):
        for events in together:
            next(events)
    hashes = [finished(list(events)).weights_sha256 for events in together]
    for trainer in trainers:
        trainer.close()
    program._cached.clear()
    alone = [finished(run(recipe, {**SMALL, "seed": seed})).weights_sha256 for seed in (1, 2)]
    assert hashes == alone


def test_another_recipe_of_the_same_name_has_a_program_of_its_own() -> None:
    class Reloaded(Small):
        pass

    run(Small(), SMALL)
    run(Reloaded(), SMALL)
    assert len(kept()) == 2


def batches_kept() -> list[int]:
    return [dict(one.key[-1])["batch_size"] for one in kept()]


def test_three_small_programs_and_one_other_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for batch_size in (2, 3, 4, 5):
        run(Small(), {**SMALL, "batch_size": batch_size})
    assert batches_kept() == [3, 4, 5]
    monkeypatch.setattr(program, "_SMALL", 0)
    for batch_size in (6, 7):
        run(Small(), {**SMALL, "batch_size": batch_size})
    # Neither kind takes the other's place.
    assert batches_kept() == [3, 4, 5, 7]


def test_a_program_that_waits_holds_what_is_looked_at() -> None:
    recipe = recipes.get("fashion/dense")
    for dataset in ("fashion_mnist", "mnist"):
        config = recipe.parse({**SMALL, "dataset": dataset})
        prepare(recipe, config)
    (ready,) = kept()
    looked_at = recipe.load(config)
    assert ready.setup.data is looked_at
    np.testing.assert_array_equal(ready.inputs.data[0], looked_at.tensors[0])


@pytest.mark.parametrize(
    "name",
    slow_but(["toy/scalar"], ["toy/scalar", "mnist/dcgan", "progressive"]),
)
def test_nothing_stays_of_a_program_that_is_dropped(name: str) -> None:
    def graphs() -> int:
        gc.collect()
        return sum(isinstance(one, FuncGraph) for one in gc.get_objects())

    recipe = recipes.get(name)
    before = graphs()
    prepare(recipe, recipe.parse(SMALL))
    assert graphs() > before
    program._cached.clear()
    assert graphs() == before


def test_a_closed_trainer_says_so() -> None:
    trainer = Trainer(Small(), Small().parse(SMALL))
    list(trainer.events())
    trainer.close()
    trainer.close()
    with pytest.raises(RuntimeError, match=r"until close\(\)"):
        trainer.checkpoint()


def test_a_run_waits_for_what_is_being_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = Small()
    config = recipe.parse(SMALL)
    building, go_on = threading.Event(), threading.Event()
    made: list[program.Program] = []
    build = program.Program

    def slowly(*arguments: Any) -> program.Program:
        building.set()
        assert go_on.wait(60)
        made.append(build(*arguments))
        return made[-1]

    monkeypatch.setattr(program, "Program", slowly)
    preparing = threading.Thread(target=prepare, args=(recipe, config))
    preparing.start()
    assert building.wait(60)
    taken: list[program.Program] = []

    def acquire() -> None:
        taken.append(acquired(recipe, config))

    running = threading.Thread(target=acquire)
    running.start()
    go_on.set()
    for thread in (preparing, running):
        thread.join(60)
    assert taken == made and len(made) == 1
    assert program._pending == {}


def test_a_preparation_ends_early_where_a_run_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = Small()
    config = recipe.parse(SMALL)
    looking = threading.Event()
    look, variant = Trainer._samples, program.Program.variant
    variants: list[program.Program] = []

    def slow_look(self: Trainer, *arguments: Any, **options: Any) -> Any:
        looking.set()
        (pending,) = program._pending.values()
        assert pending.wanted.wait(60)
        return look(self, *arguments, **options)

    def counted(self: program.Program, *arguments: Any, **options: Any) -> Any:
        variants.append(self)
        return variant(self, *arguments, **options)

    monkeypatch.setattr(Trainer, "_samples", slow_look)
    monkeypatch.setattr(program.Program, "variant", counted)
    preparing = threading.Thread(target=prepare, args=(recipe, config))
    preparing.start()
    assert looking.wait(60)
    taken = acquired(recipe, config)
    preparing.join(60)
    # Made with the program, and never asked for to make a step.
    assert variants == [taken]
    assert program._pending == {}


def test_each_kind_is_prepared_once() -> None:
    recipe = Small()
    prepare(recipe, recipe.parse({**SMALL, "seed": 1}))
    used = kept()
    # The seed is read at each call, so it makes no other kind.
    prepare(recipe, recipe.parse({**SMALL, "seed": 2}))
    assert kept() == used and len(used) == 1


def test_packs_larger_than_a_grid_are_prepared() -> None:
    recipe = recipes.get("mnist/basic")
    config = recipe.parse({**SMALL, "packing": 16, "batch_size": 16})
    assert config.packing > recipe.sample_count
    prepare(recipe, config)
    assert len(kept()) == 1


def test_a_preparation_that_is_given_up_leaves_nothing_behind() -> None:
    recipe = Small()
    config = recipe.parse(SMALL)

    def give_up() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        prepare(recipe, config, give_up)
    assert kept() == [] and program._pending == {}


@pytest.mark.parametrize("name", slow_but(["fashion/dense"], ["fashion/dense", "progressive"]))
def test_noise_stands_in_for_what_would_have_to_be_fetched(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recipe = reduced(name)
    config = recipe.parse(SMALL)
    alone = finished(run(recipe, SMALL))
    program._cached.clear()
    with monkeypatch.context() as changed:
        changed.delenv("GANLIB_OFFLINE")
        changed.setenv("GANLIB_CACHE", str(tmp_path))
        changed.setattr(type(recipe), "load", lambda *_: pytest.fail("it would be fetched"))
        prepare(recipe, config)
    prepared = kept()
    assert len(prepared) == 1
    assert finished(run(recipe, SMALL)) == alone
    assert kept() == prepared


@pytest.mark.parametrize(
    "name", slow_but(["toy/scalar"], ["toy/scalar", "mnist/dcgan", "progressive"])
)
def test_nothing_is_left_to_be_traced_up_to_the_first_step(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = recipes.get(name)
    config = recipe.parse(SMALL)
    prepare(recipe, config)
    traced: list[str] = []
    make = FuncGraph.__init__

    def counted(self: FuncGraph, name: str, *arguments: Any, **options: Any) -> None:
        traced.append(name)
        make(self, name, *arguments, **options)

    monkeypatch.setattr(FuncGraph, "__init__", counted)
    events = Trainer(recipe, config).events()
    assert any(isinstance(event, Metrics) for event in events)
    assert traced == []
    # It would have noticed.
    program._cached.clear()
    next(event for event in Trainer(recipe, config).events() if isinstance(event, Metrics))
    assert traced != []
