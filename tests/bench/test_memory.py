"""The short form of `memory.py`: what is said is near what a training takes, and not below it."""

import pytest

from tests.bench.memory import measure


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "knobs"),
    [
        ("mnist/dcgan", {"batch_size": 512}),
        ("toy/scalar", {"batch_size": 256, "gradient_penalty": "none", "minibatch_kernels": 64}),
    ],
)
def test_a_training_takes_about_what_was_said(name: str, knobs: dict[str, object]) -> None:
    found = measure(name, knobs)
    assert 0.8 < found.said_mb / found.took_mb < 1.9, found
