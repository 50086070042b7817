"""Each example is a program of its own, which can be found by the recipe's name."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ganlib import examples, recipes
from ganlib.errors import ConfigError
from tests.support.cases import slow_but

NAMES = examples.names()
BOOKS = {
    "toy/gaussian-vector",
    "fashion/dense",
    "mnist/dcgan",
    "quickdraw/conv",
    "wgan/clip",
}


def test_the_books_have_one_each() -> None:
    assert set(NAMES) >= BOOKS


def test_every_file_belongs_to_a_recipe() -> None:
    files = {path.name for path in Path(examples.__file__).parent.glob("*.py")}
    assert files - {"__init__.py"} == {examples.example_file(name) for name in NAMES}


@pytest.mark.parametrize("name", ["mnist/dcgans", "mnist_dcgan", "../errors", "", "progressive"])
def test_no_example(name: str) -> None:
    with pytest.raises(ConfigError) as raised:
        examples.source_of(name)
    allowed = ", ".join(NAMES)
    assert str(raised.value) == f"There is no example of {name!r}. Allowed: {allowed}."


@pytest.mark.parametrize("name", NAMES)
def test_it_needs_nothing_but_keras_and_tensorflow(name: str) -> None:
    imported = set()
    for node in ast.walk(ast.parse(examples.source_of(name))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level
            imported.add(str(node.module).split(".")[0])
    assert imported == {"argparse", "os", "keras", "numpy", "tensorflow"}


@pytest.mark.parametrize("name", slow_but(["toy/scalar"], NAMES))
def test_it_runs_and_writes_its_picture(
    name: str, tmp_path: Path, data_file: dict[str, Path]
) -> None:
    folder = tmp_path / "alone"
    folder.mkdir()
    file = folder / examples.example_file(name)
    file.write_text(examples.source_of(name), "utf-8")
    command = [sys.executable, file.name, "--steps", "2"]
    if page_file := data_file.get(recipes.get(name).page):
        command += ["--data", str(page_file)]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    number = r"-?\d+\.\d+"
    first, *_, last = done.stdout.splitlines()
    assert re.fullmatch(rf"step +2  (discriminator|critic) {number}  generator {number}", first)
    picture = file.with_suffix(".png")
    assert last == f"Wrote {picture.name}."
    assert picture.read_bytes().startswith(b"\x89PNG")
