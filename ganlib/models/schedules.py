"""How a learning rate goes over a run."""

from typing import Literal

import keras


def schedule(
    kind: Literal["cosine", "constant"], start: float, steps: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """A learning rate or schedule that a Keras optimiser takes.

    Args:
        kind: "cosine" falls to zero at the last step, "constant" stays.
        start: learning rate at the first update.
        steps: updates in the run.
    """
    if kind == "constant":
        return start
    return keras.optimizers.schedules.CosineDecay(start, steps)
