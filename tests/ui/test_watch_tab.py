"""The sentence and the figures are about the samples of the chosen step."""

import numpy as np
import pytest

from ganlib.events import Metrics, Samples
from ganlib.runs import RunStore
from ganlib.ui.run.figures import figures
from ganlib.ui.run.watch_tab import describe
from ganlib.ui.server.reading import Reading
from tests.support import stored_runs

ACCURACIES = ("accuracy_real", "accuracy_generated")
POINTS = np.zeros((4, 2), np.float32)


@pytest.fixture
def reading(store: RunStore) -> Reading:
    """The discriminator is always right up to step 300, and half of the time from there to 600."""
    # As an earlier version scored it.
    old = {"marginal_w1_over_sigma": 0.9, "modes": 0.0, "high_quality": 0.0}
    events: list[Samples | Metrics] = [Samples(0, POINTS, POINTS, scores=old)]
    for step, right, found in ((300, 1.0, 2.0), (600, 0.5, 8.0)):
        events.append(Metrics(step - 299, np.full((300, 2), right, np.float32), 1.0))
        scores = {"modes": found, "high_quality": 0.9, "sliced_w1_floor": 0.05}
        scores["sliced_w1_over_sigma"] = 0.04 if found == 8 else 0.35
        events.append(Samples(step, POINTS, POINTS, scores=scores))
    run = stored_runs.written(store, "toy/plane", POINTS, *events, names=ACCURACIES)
    return Reading(run, run.status())


@pytest.mark.parametrize(
    ("step", "said", "of_peaks", "of_distance"),
    [
        (0, "**At step 0**: nothing has been learned yet.", "", ""),
        (
            300,
            "**At step 300**: in the last 30 steps, the discriminator is right 100 % of the time",
            "2 of the 8 peaks",
            "0.35 from the real ones (sliced Wasserstein-1), 7 times as far as other real points",
        ),
        (
            600,
            "In the last 60 steps, the discriminator is right 50 % of the time, like a coin toss",
            "All 8 peaks are found",
            "as close as other real points would be: two real samples of this size are rarely more "
            "than 0.05 apart.",
        ),
    ],
)
def test_of_an_older_step_it_names_the_step(
    reading: Reading,
    step: int,
    said: str,
    of_peaks: str,
    of_distance: str,
) -> None:
    found = describe(reading, step)
    assert found.startswith(said)
    assert of_peaks in found
    assert of_distance in found
    assert ("sliced" in found) == bool(of_distance)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1.4, "as close to the data as real samples"),
        (4.0, "close to real samples"),
        (9.0, "still different from real samples"),
        (40.0, "far from real samples"),
    ],
)
def test_quality_is_told_beside_that_of_real_images(
    store: RunStore, value: float, words: str
) -> None:
    reading = _scored(store, value)
    assert f"The generated samples are {words}: their Fréchet distance" in describe(reading, 7)
    quality, best, diversity, balance = figures(reading, 7)
    assert (quality.value, quality.beside) == (f"{value:.3g}", "real samples: 1.4")
    assert (best.value, best.beside) == ("5", "Fréchet distance 1.2")
    assert (diversity.value, diversity.beside) == ("93 %", "real samples: 97 %")
    assert (balance.value, balance.beside) == ("75 %", "even at 50 %")


def test_figures_of_a_run_without_samples_or_scores(store: RunStore) -> None:
    run = stored_runs.create(store, "mnist/dcgan")
    found = figures(Reading(run, run.status()), None)
    assert [figure.value for figure in found] == ["-"] * 4


def _scored(store: RunStore, value: float) -> Reading:
    images = np.zeros((4, 28, 28, 1), np.uint8)
    rest = {"frechet_real": 1.4, "coverage": 0.93, "coverage_real": 0.97}
    run = stored_runs.written(
        store,
        "mnist/dcgan",
        images,
        Metrics(1, np.array([[1.0, 0.5]] * 7, np.float32), 1.0),
        Samples(5, images, images, scores={"frechet": 1.2, **rest}),
        Samples(7, images, images, scores={"frechet": value, **rest}),
        names=ACCURACIES,
    )
    return Reading(run, run.status())


def test_a_pause_between_scored_steps_names_the_step_of_the_scores(store: RunStore) -> None:
    scores = {"sliced_w1_floor": 0.05, "sliced_w1_over_sigma": 0.35}
    run = stored_runs.written(
        store,
        "toy/plane",
        POINTS,
        Metrics(1, np.full((300, 2), 0.5, np.float32), 1.0),
        Samples(300, POINTS, POINTS, scores=scores),
        Metrics(301, np.full((40, 2), 0.5, np.float32), 2.0),
        Samples(340, POINTS, POINTS),
        names=ACCURACIES,
    )
    reading = Reading(run, run.status())
    quality = figures(reading, 340)[0]
    assert quality.value == "0.35"
    assert quality.beside == "real samples: 0.05, at step 300"
    assert describe(reading, 340).endswith("0.05 apart. That was measured at step 300.")
    assert figures(reading, 300)[0].beside == "real samples: 0.05"
    assert "measured at step" not in describe(reading, 300)
