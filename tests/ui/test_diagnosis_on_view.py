"""What is said below the charts is about the samples on view."""

import numpy as np
import pytest

from ganlib import recipes
from ganlib.events import Metrics, Samples
from ganlib.runs import RunStore
from ganlib.ui.run import live_panels
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
            "**At step 300**: the discriminator is right 100 % of the time",
            "2 of the 8 peaks",
            "0.35 from the real ones (sliced Wasserstein-1), 7 times the floor",
        ),
        (
            600,
            "The discriminator is right 50 % of the time, like a coin toss",
            "All 8 peaks are found",
            "within the floor: two real samples of this size are rarely more than 0.05 apart.",
        ),
    ],
)
def test_of_an_older_step_it_names_the_step(
    reading: Reading,
    monkeypatch: pytest.MonkeyPatch,
    step: int,
    said: str,
    of_peaks: str,
    of_distance: str,
) -> None:
    monkeypatch.setattr(live_panels, "selected_step", lambda _: step)
    found = live_panels._diagnosis(recipes.get("toy/plane"), reading, reading.status)
    assert found.startswith(said)
    assert of_peaks in found
    assert of_distance in found
    assert ("sliced" in found) == bool(of_distance)
