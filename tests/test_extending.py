"""A new recipe and a new dataset are one new file each: those of the README, in a copy."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ganlib.recipes.image import small_image_datasets
from tests.support import ROOT

README = (ROOT / "ganlib" / "README.md").read_text("utf-8")
CALM, TINY, STRIPES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[:3]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package in a folder of the test's own."""
    shutil.copytree(ROOT / "ganlib", tmp_path / "ganlib", ignore=shutil.ignore_patterns("__pyc*"))
    return tmp_path


def ganlib(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m ganlib` with the package in that folder."""
    ours = {"GANLIB_DATA": str(folder), "GANLIB_RUNS": str(folder / "runs")}
    environment = {**os.environ, **ours, "GANLIB_OFFLINE": "1", "PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "ganlib", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_files_in_the_readme_are_recipes_and_a_dataset(copy: Path) -> None:
    for name, content in (("mnist_calm", CALM), ("mnist_tiny", TINY)):
        (copy / f"ganlib/recipes/{name}.py").write_text(content)
    (copy / "ganlib/data/stripes.py").write_text(STRIPES)
    stripes = np.zeros((40, 28, 28), np.uint8)
    stripes[:, ::2] = 255
    np.savez_compressed(copy / "stripes.npz", x_train=stripes)

    listed = ganlib(copy, "recipes", "--json")
    assert listed.returncode == 0, listed.stderr
    names = [row["name"] for row in json.loads(listed.stdout)]
    assert {"mnist/calm", "mnist/tiny", "mnist/dcgan"} <= set(names)

    small = ("dataset=stripes", "width=8", "batch_size=4", "sample_every=2")
    knobs = [part for knob in small for part in ("--set", knob)]
    trained = ganlib(copy, "train", "mnist/tiny", "--steps", "2", *knobs, "--json")
    assert trained.returncode == 0, trained.stderr
    report = json.loads(trained.stdout)
    assert (report["recipe"], report["step"], report["status"]) == ("mnist/tiny", 2, "finished")
    [run] = (copy / "runs").iterdir()
    assert "Stripes, " in (run / "journal.jsonl").read_text()

    # The new dataset is a choice of the old recipes too, and a mistake names it.
    wrong = ganlib(copy, "train", "mnist/dcgan", "--set", "dataset=dots")
    assert wrong.returncode == 2
    known = ", ".join(sorted({*small_image_datasets(), "stripes"}))
    assert wrong.stderr == f"dataset must be one of {known}. Received: 'dots'.\n"


def test_a_recipe_of_an_unknown_page_is_refused(copy: Path) -> None:
    (copy / "ganlib/recipes/mnist_tiny.py").write_text(TINY.replace('page = "mnist"', 'page = "x"'))
    listed = ganlib(copy, "recipes")
    assert listed.returncode == 1
    assert listed.stderr.rstrip().endswith(
        "The page of mnist/tiny must be one of toy, mnist, quickdraw, wgan. Received: 'x'."
    )
