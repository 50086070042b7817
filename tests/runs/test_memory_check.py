"""What is free in memory, and what is refused before there is a run."""

from pathlib import Path

import pytest

from ganlib import recipes
from ganlib.errors import ConfigError, UserError
from ganlib.memory import VARIABLE, cgroup_bytes, free_bytes
from ganlib.runs import trainers
from ganlib.runs.child import bytes_beside, start_module
from ganlib.runs.trainers import PLENTY, check_memory, is_small
from tests.support.fake_trainer import wait_until


def make_group(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def test_each_limited_group_above_a_process_counts(tmp_path: Path) -> None:
    root, own = tmp_path / "cgroup", tmp_path / "self"
    own.write_text("0::/outer/inner\n")
    stat = "anon 5\ninactive_file 30\n"
    make_group(root / "outer", {"memory.max": "1000", "memory.current": "400", "memory.stat": stat})
    make_group(root / "outer/inner", {"memory.max": "max", "memory.current": "350"})
    assert list(cgroup_bytes(root, own)) == [630.0]
    make_group(root / "outer/inner", {"memory.max": "360"})
    assert list(cgroup_bytes(root, own)) == [10.0, 630.0]


def test_groups_of_the_first_version_count_likewise(tmp_path: Path) -> None:
    root, own = tmp_path / "cgroup", tmp_path / "self"
    own.write_text("5:cpu,cpuacct:/a\n4:memory:/a\n0::/\n")
    files = {"memory.limit_in_bytes": "500", "memory.usage_in_bytes": "600"}
    make_group(root / "memory" / "a", files)
    assert list(cgroup_bytes(root, own)) == [0.0]
    assert list(cgroup_bytes(root, tmp_path / "none")) == []


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "much"])
def test_a_wrong_amount_is_told(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(UserError, match=f"above 0. Received: '{text}'"):
        free_bytes()


def test_the_given_amount_counts_and_else_some_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "1.5")
    assert free_bytes() == 1.5e9
    monkeypatch.delenv(VARIABLE)
    assert 1e8 < free_bytes() < 1e14


@pytest.mark.parametrize(
    ("knobs", "small"),
    [
        ({}, True),
        ({"batch_size": 16, "generator_units": 8, "target": "uniform", "seed": 3}, True),
        ({"steps": 10_000_000, "loss": "hinge"}, True),
        ({"batch_size": 257}, False),
        ({"gradient_penalty": "none", "minibatch_kernels": 1}, False),
        ({"devices": "cpu"}, False),
    ],
)
def test_what_is_no_larger_than_usual_is_small(knobs: dict[str, object], small: bool) -> None:
    recipe = recipes.get("toy/scalar")
    assert is_small(recipe, recipe.parse(knobs)) is small


def test_runs_that_train_at_the_same_time_share_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    from ganlib.training.memory_estimate import memory_estimate

    recipe = recipes.get("mnist/dcgan")
    config = recipe.parse({"batch_size": 1_024})
    # How much that is depends on the precision of the processor.
    half = round(0.75 * memory_estimate(recipe, config).at(config.batch_size) / 1e9, 1)
    monkeypatch.setenv(VARIABLE, f"{2 * half:.1f}")
    check_memory("mnist/dcgan", config)
    with pytest.raises(ConfigError, match=rf"{half:.1f} GB is available"):
        check_memory("mnist/dcgan", config, share=2)


def test_what_runs_beside_use_is_shared_and_not_divided_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr(trainers, "free_bytes", lambda: 12e9)
    monkeypatch.setattr(trainers, "bytes_beside", lambda: 4e9)
    assert trainers._available_bytes(1) == 12e9
    assert trainers._available_bytes(4) == 4e9
    monkeypatch.setattr(trainers, "bytes_beside", lambda: 40e9)
    assert trainers._available_bytes(4) == 12e9


def test_the_memory_of_processes_beside_is_that_of_their_module() -> None:
    process, orders = start_module("code")
    try:
        wait_until(lambda: bytes_beside("code") > 1e6)
        assert bytes_beside("code.other") == 0
    finally:
        orders.close()
        process.wait(20)
    assert bytes_beside("code") == 0


@pytest.mark.parametrize("name", list(recipes.all_recipes()))
def test_every_recipe_as_it_is_needs_less_than_plenty(name: str) -> None:
    from ganlib.training.memory_estimate import memory_estimate

    config = recipes.get(name).parse({})
    assert memory_estimate(recipes.get(name), config).at(config.batch_size) < 0.6 * PLENTY
