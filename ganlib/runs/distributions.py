"""The one-dimensional distributions that a run's samples give, real beside generated."""

from dataclasses import dataclass

import numpy as np

from ganlib.events import Arrays
from ganlib.runs.documents import DamagedError
from ganlib.runs.images import is_images
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


_VIEWS = ("ink", "pixels", "scores_real", "scores_generated")
_NO_PIXELS = np.zeros(256, np.int64)
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
    _check(real, made, step)
    if is_images(real["real"]):
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


def _check(real: Arrays, made: Arrays, step: int) -> None:
    """Archives may be whole and yet not what a run writes: where somebody else made them."""
    what = f"samples/{step:08d}.npz"
    if not _alike(real["real"], made["fresh"]):
        raise DamagedError(f"{what} does not fit the real samples in samples/real.npz.")
    views = [arrays[name] for arrays in (real, made) for name in _VIEWS if name in arrays]
    ok: bool = all(view.ndim == 1 and view.dtype.kind in "uif" for view in views)
    for arrays in (real, made):
        pixels = arrays.get("pixels", _NO_PIXELS)
        ok &= pixels.shape == (256,) and pixels.dtype.kind in "ui" and bool((pixels >= 0).all())
        ok &= ("pixels" in arrays) == ("ink" in arrays)
    if not ok or ("scores_real" in made) != ("scores_generated" in made):
        raise DamagedError(f"{what} is damaged, or samples/real.npz is.")


def _alike(real: np.ndarray, generated: np.ndarray) -> bool:
    """Whether both are images, or both are numbers, of one shape."""
    numbers = real.dtype.kind == generated.dtype.kind == "f"
    images = is_images(real) and is_images(generated)
    return real.shape[1:] == generated.shape[1:] and (numbers or images)


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
