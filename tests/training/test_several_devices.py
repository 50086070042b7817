"""Several devices share each batch, and learn what one would have.

There is no GPU where this is tested: two logical processors stand in for two of them. The
code is the same, the speed is not.
"""

import json
import os
import subprocess
import sys
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.support import ROOT

# With a running average, with batch normalisation and Dropout, with clipped weights, and with
# spectral normalisation.
RECIPES = [
    "toy/scalar",
    "mnist/dcgan",
    "toy/plane gradient_penalty=none loss=wasserstein weight_clip=0.02",
    "toy/plane gradient_penalty=none loss=hinge spectral_normalisation=True",
]
# So eager that three steps are enough for them to decide something, of figures that differ on
# the two devices.
ADAPTIVE = [
    "toy/scalar schedule=plateau patience=1",
    "toy/scalar schedule=accuracy target_accuracy=0.501 seed=3",
]
# The critic that the generator looks ahead to has learned from all devices' samples.
UNROLLED = (
    "toy/scalar unrolled_steps=3 gradient_penalty=none loss=relativistic optimiser=sgd "
    "discriminator_learning_rate=0.5 generator_learning_rate=0.1"
)


@cache
def told() -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.on_several_devices", *RECIPES, *ADAPTIVE, UNROLLED],
        cwd=ROOT,
        env={**os.environ, "GANLIB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("case", [*RECIPES, *ADAPTIVE, UNROLLED])
def test_both_networks_learn_the_same_on_every_device(case: str) -> None:
    found = told()[case]
    assert found["device"] == "2 CPUs"
    assert np.isfinite(found["rows"]).all() and len(found["rows"]) == 3
    assert sum(found["moved"]) >= len(found["moved"]) - 2
    assert found["apart"] == 0


@pytest.mark.slow
def test_a_run_is_the_same_every_time_and_resumes() -> None:
    assert told()[RECIPES[0]]["again"] == told()[RECIPES[0]]["sha256"]
    assert [told()[case]["resumed"] for case in RECIPES[:2]] == [1, 1]


@pytest.mark.slow
def test_the_mean_of_two_halves_is_that_of_the_whole_batch() -> None:
    # Nothing here looks at the batch as a whole.
    assert told()["toy/scalar"]["from_one_device"] < 1e-4
    assert told()[UNROLLED]["from_one_device"] < 1e-4
    # Batch normalisation does, and each device knows its own half only.
    assert told()["mnist/dcgan"]["from_one_device"] > 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("case", ADAPTIVE)
def test_a_schedule_adapts_to_the_whole_batch(case: str) -> None:
    found = told()[case]
    assert found["remembered"]["factor"] < 1
    assert found["remembered"] == pytest.approx(found["remembered_by_one"], rel=1e-4)
    assert found["from_one_device"] < 1e-4
