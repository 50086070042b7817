"""The examples in docstrings say what happens."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "models.dense",
        "objectives",
        "regularisers",
        "runs.delivery",
        "training.discriminator_pass",
        "training.networks",
        "training.randomness",
        "training.schedules",
    ],
)
def test_examples_in_docstrings(name: str) -> None:
    # TensorFlow is imported by this package first.
    importlib.import_module("ganlib.training")
    found = doctest.testmod(importlib.import_module(f"ganlib.{name}"))
    assert found.attempted > 0
    assert found.failed == 0
