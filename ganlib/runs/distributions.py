"""The one-dimensional distributions that a run's samples give, real beside generated."""

from dataclasses import dataclass

import numpy as np

from ganlib.events import Arrays
from ganlib.runs.run import Run


@dataclass(frozen=True, eq=False)
class Distribution:
    """A quantity of real and of generated samples.

    Args:
        title: what it is.
        real: (n,) float64, finite.
        generated: (m,) float64, finite.
        note: what a reader must know to judge it; may be empty.
    """

    title: str
    real: np.ndarray
    generated: np.ndarray
    note: str = ""


_TOGETHER = (
    "Pixels of one image belong together, so there are fewer independent values than it seems, "
    "and the intervals are too narrow."
)
_LOGITS = (
    "How real the discriminator finds a sample, as a logit: above 0 it takes it for real. "
    "Where it cannot tell them apart, both distributions are the same."
)


def distributions(run: Run, step: int) -> dict[str, Distribution]:
    """What can be compared at a step that has samples, by title.

    Args:
        run: the run.
        step: one of `run.sample_steps()`.

    Raises:
        RunError: the samples are damaged, or there are none.
    """
    real, made = run.real_views(), run.samples(step)
    if real["real"].dtype == np.uint8:
        found = _of_images(real, made)
    elif real["real"].shape[1:] == (2,):
        found = [
            Distribution(f"Coordinate {name}", real["real"][:, at], made["fresh"][:, at])
            for at, name in enumerate("xy")
        ]
    else:
        found = [Distribution("Values", real["real"].ravel(), made["fresh"].ravel())]
    if "scores_real" in made:
        found.append(
            Distribution(
                "Discriminator's scores", made["scores_real"], made["scores_generated"], _LOGITS
            )
        )
    return {one.title: _finite(one) for one in found}


def _of_images(real: Arrays, made: Arrays) -> list[Distribution]:
    """Ink and brightness; of runs of an earlier version only what the grids hold."""
    if "ink" not in made or "ink" not in real:
        return [
            Distribution(
                "Ink per image",
                real["real"].mean(axis=(1, 2, 3)),
                made["fresh"].mean(axis=(1, 2, 3)),
                "Of the images in the grid alone.",
            )
        ]
    return [
        Distribution("Ink per image", real["ink"], made["ink"]),
        Distribution(
            "Pixel brightness", _spread(real["pixels"]), _spread(made["pixels"]), _TOGETHER
        ),
    ]


def _spread(counts: np.ndarray) -> np.ndarray:
    """(256,) counts of each brightness -> that many values."""
    return np.repeat(np.arange(len(counts)), counts)


def _finite(one: Distribution) -> Distribution:
    real, generated = (
        values[np.isfinite(values)].astype(np.float64) for values in (one.real, one.generated)
    )
    return Distribution(one.title, real, generated, one.note)
