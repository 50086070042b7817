"""A new recipe and a new dataset are one new file each: tried on a copy of the package."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support import ROOT

RECIPE = '''"""A faster DCGAN, for those in a hurry."""

from ganlib.config import RunConfig
from ganlib.knobs import inherit
from ganlib.recipes.base import Source
from ganlib.recipes.mnist_dcgan import DcganConfig, MnistDcgan


class HurriedConfig(DcganConfig):
    """Knobs of `mnist/hurried`."""

    steps: int = inherit(RunConfig, "steps", 2)
    dataset: str = inherit(DcganConfig, "dataset", "stripes")


class Hurried(MnistDcgan):
    """DCGAN on stripes."""

    name = "mnist/hurried"
    title = "In a hurry"
    order = 9
    source = Source("This test")
    Config = HurriedConfig


RECIPE = Hurried()
'''

DATASET = '''"""Stripes."""

from ganlib.data.dataset import ImageDataset
from ganlib.data.image_files import NpzImages
from ganlib.data.resolve import BUNDLED, Sources

IMAGES = NpzImages(key="x_train", side=28, most=1_000)

DATASET = ImageDataset(
    name="stripes",
    title="Stripes",
    licence="CC0",
    source="This test",
    url="https://example.org",
    bundled="All of them.",
    total=40,
    sources=Sources("stripes.npz", IMAGES, bundled=BUNDLED / "stripes.npz"),
)
'''


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package in a folder of the test's own."""
    shutil.copytree(ROOT / "ganlib", tmp_path / "ganlib", ignore=shutil.ignore_patterns("__pyc*"))
    return tmp_path


def ganlib(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m ganlib` with the package in that folder."""
    ours = {"GANLIB_OFFLINE": "1", "GANLIB_RUNS": str(folder / "runs"), "PYTHONPATH": str(folder)}
    environment = {**os.environ, **ours}
    environment.pop("GANLIB_DATA", None)
    return subprocess.run(
        [sys.executable, "-m", "ganlib", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_recipe_and_a_dataset_are_a_file_each(copy: Path) -> None:
    (copy / "ganlib/recipes/mnist_hurried.py").write_text(RECIPE)
    (copy / "ganlib/data/stripes.py").write_text(DATASET)
    stripes = np.zeros((40, 28, 28), np.uint8)
    stripes[:, ::2] = 255
    np.savez_compressed(copy / "ganlib/data/bundled/stripes.npz", x_train=stripes)

    listed = ganlib(copy, "recipes", "--json")
    assert listed.returncode == 0, listed.stderr
    names = [row["name"] for row in json.loads(listed.stdout)]
    assert "mnist/hurried" in names and "mnist/dcgan" in names

    small = ("--set", "batch_size=4", "--set", "sample_every=2", "--json")
    trained = ganlib(copy, "train", "mnist/hurried", *small)
    assert trained.returncode == 0, trained.stderr
    report = json.loads(trained.stdout)
    assert (report["recipe"], report["step"], report["status"]) == ("mnist/hurried", 2, "finished")
    [run] = (copy / "runs").iterdir()
    assert "Stripes, bundled sample: 40" in (run / "status.json").read_text()

    # The new dataset is a choice of the old recipes too, and a mistake names it.
    wrong = ganlib(copy, "train", "mnist/dcgan", "--set", "dataset=dots")
    assert wrong.returncode == 2
    assert wrong.stderr == (
        "dataset must be one of fashion_mnist, mnist, stripes. Received: 'dots'.\n"
    )
