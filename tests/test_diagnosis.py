"""What is said about a training."""

import numpy as np
import pytest

from ganlib import diagnosis
from ganlib.diagnosis import RECENT


def sentence(real: np.ndarray, generated: np.ndarray) -> str:
    return diagnosis.describe_balance({"accuracy_real": real, "accuracy_generated": generated})


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (2.0, 1.0, "The critic's estimate falls: the generated samples come nearer"),
        (1.0, 2.0, "The critic's estimate grows: the critic finds differences faster"),
        (1.0, 1.01, "The critic's estimate is steady"),
        (1.0, 0.99, "The critic's estimate is steady"),
        (1.0, -0.1, "The critic scores generated samples higher than real ones"),
    ],
)
def test_what_is_said_of_a_critic(before: float, now: float, said: str) -> None:
    distance = np.concatenate([np.full(RECENT, before), np.full(RECENT, now)])
    found = diagnosis.describe_balance({"critic_distance": distance})
    assert found.startswith(said) and found.endswith(".")


def test_a_critic_that_has_just_begun_is_not_judged() -> None:
    found = diagnosis.describe_balance({"critic_distance": np.ones(2 * RECENT - 1)})
    assert found.startswith("The critic is still learning to distinguish")


def test_nothing_is_said_of_figures_that_are_not_there() -> None:
    assert diagnosis.describe_balance({"generator_loss": np.ones(5)}) == ""


@pytest.mark.parametrize(
    ("real", "generated", "said"),
    [
        (1.0, 0.9, "is right 95 % of the time: it is far ahead"),
        (0.9, 0.9, "is right 90 % of the time: it is ahead"),
        (0.75, 0.65, "is right 70 % of the time: it is ahead"),
        (0.696, 0.696, "is right 70 % of the time: it is ahead"),
        (0.25, 0.5, "is right only 38 % of the time"),
        (1.0, 0.125, "calls nearly everything real"),
        (0.125, 1.0, "calls nearly everything generated"),
        (0.75, 0.25, "is right 50 % of the time, like a coin toss"),
        (0.5, 0.75, "is right 62 % of the time: it is a little ahead"),
    ],
)
def test_the_accuracies_in_words(real: float, generated: float, said: str) -> None:
    found = sentence(np.full(10, real), np.full(10, generated))
    assert found.startswith(f"In the last 10 steps, the discriminator {said}")
    assert found.endswith(".")


@pytest.mark.parametrize("name", ["discriminator", "generator"])
def test_diverged_losses_come_first(name: str) -> None:
    half = np.full(30, 0.5)
    figures = {"accuracy_real": half, "accuracy_generated": half, f"{name}_loss": 1e14 * half}
    said = diagnosis.describe_balance(figures)
    assert said.startswith(f"The losses have diverged (the {name}'s is 5e+13)")
    assert "coin toss" in diagnosis.describe_balance(figures | {f"{name}_loss": 20 * half})


def test_a_short_run_is_judged_by_its_last_20_steps() -> None:
    accuracy = np.concatenate([np.zeros(80), np.ones(20)])
    assert "right 100 % of the time" in sentence(accuracy, accuracy)


def test_missing_steps_are_counted() -> None:
    half = np.full(10, 0.5)
    figures = {"accuracy_real": half, "accuracy_generated": half, "step": 100 * np.arange(1, 11)}
    assert diagnosis.describe_balance(figures).startswith("In the last 901 steps, the")


def test_only_recent_steps_count() -> None:
    accuracy = np.concatenate([np.zeros(1_000), np.ones(RECENT)])
    assert "right 100 % of the time" in sentence(accuracy, accuracy)
    assert "right only 0 % of the time" in sentence(accuracy[::-1], accuracy[::-1])


def test_nothing_is_said_before_the_first_step() -> None:
    assert sentence(np.empty(0), np.empty(0)) == ""


def test_what_the_samples_say_of_their_distance() -> None:
    said = diagnosis.describe_distance(0.3469, 0.05)
    assert (
        "0.35 from the real ones" in said
        and "6.9 times as far as other real points would be" in said
    )
    for at_most_the_floor in (0.0123, 0.05):
        said = diagnosis.describe_distance(at_most_the_floor, 0.05)
        assert said.endswith("two real samples of this size are rarely more than 0.05 apart.")


def test_what_the_samples_say_of_peaks() -> None:
    said = diagnosis.describe_modes(3, 8, 0.92)
    assert said.startswith("Mode collapse: the generator finds 3 of the 8 peaks, and 92 % of")
    assert (
        diagnosis.describe_modes(3, 8, 0.42)
        == "3 of the 8 peaks are found so far; 42 % of the points lie near a peak."
    )
    assert diagnosis.describe_modes(8, 8, 0.42).startswith("All 8 peaks are found, but only 42 %")
    assert (
        diagnosis.describe_modes(8, 8, 0.98)
        == "All 8 peaks are found, and 98 % of the points lie near a peak."
    )
