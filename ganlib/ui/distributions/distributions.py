"""One-dimensional distributions of real and generated samples of a run."""

import math
from dataclasses import dataclass

import numpy as np

from ganlib.config import LOSSES_WITH_BORDER
from ganlib.data.own_table import axis_names
from ganlib.events import Arrays
from ganlib.metrics.weighted_sample import EVERYWHERE, WeightedSample
from ganlib.runs.journal import DamagedError
from ganlib.runs.run import Run
from ganlib.tiles import is_images


@dataclass(frozen=True, eq=False)
class Distribution:
    """A quantity of real and generated samples.

    Args:
        title: name of the quantity.
        real: finite values for real samples; may be empty.
        generated: finite values for generated samples; may be empty.
        note: explanation that is shown next to the chart; may be empty.
        within: smallest and largest possible value.
    """

    title: str
    real: WeightedSample
    generated: WeightedSample
    note: str = ""
    within: tuple[float, float] = EVERYWHERE


_VIEWS = ("ink", "scores_real", "scores_generated")
_BRIGHTNESSES = np.arange(256)
_BRIGHT = (0.0, 255.0)
_TOGETHER = (
    "The pixels of an image depend on each other, so whole images are resampled, and the sample "
    "size is the number of images."
)
_VECTORS = "Whole vectors are resampled, and the sample size is the number of vectors."
_ALIKE = "Where it cannot tell real from generated samples, both distributions are the same."
_BORDER = (
    "How real the discriminator finds a sample, as a logit: above 0 it takes the sample for "
    f"real. {_ALIKE}"
)
_NO_BORDER = (
    "How real the discriminator finds a sample, as a score whose zero means nothing: with the "
    f"{{loss}} loss it only learns differences between scores. {_ALIKE}"
)
_IN_BATCHES = (
    "With minibatch discrimination a score also depends on the other samples of its batch, so "
    "p-values are too small and intervals too narrow."
)


def distributions(run: Run, step: int) -> dict[str, Distribution]:
    """Returns the distributions at a step, by title.

    Args:
        run: the run.
        step: one of `run.sample_steps()`.

    Raises:
        RunError: the samples are missing or damaged.
    """
    real, made = run.real_views(), run.samples(step)
    _check(real, made, step)
    if is_images(real["real"]):
        found = _of_images(real, made)
    elif real["real"].shape[1:] == (2,):
        titles = axis_names(run.values) or ["Coordinate x", "Coordinate y"]
        found = [
            _of_numbers(title, real["real"][:, at], made["fresh"][:, at])
            for at, title in enumerate(titles)
        ]
    else:
        title = ", ".join(axis_names(run.values)) or "Values"
        found = [_of_values(title, real["real"], made["fresh"])]
    if "scores_real" in made:
        scores = made["scores_real"], made["scores_generated"]
        found.append(_of_numbers("Discriminator's scores", *scores, _meaning(run, step)))
    return {one.title: one for one in found}


def _check(real: Arrays, made: Arrays, step: int) -> None:
    """Checks the arrays: an intact file may still have been made by another program."""
    what = f"samples/{step:08d}.npz"
    if not _alike(real["real"], made["fresh"]):
        raise DamagedError(f"{what} does not fit the real samples in samples/real.npz.")
    views = [arrays[name] for arrays in (real, made) for name in _VIEWS if name in arrays]
    ok: bool = all(view.ndim == 1 and view.dtype.kind in "uif" for view in views)
    if is_images(real["real"]):
        size = math.prod(real["real"].shape[1:])
        ok = ok and all(_pixels_fit(arrays, size) for arrays in (real, made))
    if not ok or ("scores_real" in made) != ("scores_generated" in made):
        raise DamagedError(f"{what} is damaged, or samples/real.npz is.")


def _pixels_fit(arrays: Arrays, size: int) -> bool:
    """True if the counts of brightness of each image add up to its number of pixels.

    Args:
        arrays: arrays by name, with "ink" (n,) and "pixels" (n, 256).
        size: number of pixels of an image, counted in each channel.
    """
    if "ink" not in arrays or "pixels" not in arrays:
        return False
    pixels = arrays["pixels"]
    if pixels.shape != (len(arrays["ink"]), 256) or pixels.dtype.kind not in "ui":
        return False
    # First compare each count, because the sum of huge counts could overflow.
    within = bool(((pixels >= 0) & (pixels <= size)).all())
    return within and bool((pixels.sum(axis=1, dtype=np.int64) == size).all())


def _alike(real: np.ndarray, generated: np.ndarray) -> bool:
    """True if both are images or both are numbers, with samples of the same shape."""
    numbers = real.dtype.kind == generated.dtype.kind == "f"
    images = is_images(real) and is_images(generated)
    return real.shape[1:] == generated.shape[1:] and (numbers or images)


def _of_images(real: Arrays, made: Arrays) -> list[Distribution]:
    """Returns the distributions of mean brightness per image and of brightness per pixel."""
    real_pixels, made_pixels = (
        WeightedSample.of_group_counts(_BRIGHTNESSES, arrays["pixels"], "images")
        for arrays in (real, made)
    )
    return [
        _of_numbers("Ink per image", real["ink"], made["ink"], within=_BRIGHT),
        Distribution("Pixel brightness", real_pixels, made_pixels, _TOGETHER, _BRIGHT),
    ]


def _of_values(title: str, real: np.ndarray, generated: np.ndarray) -> Distribution:
    """Returns the distribution of all values. The values of one vector are not independent."""
    if real[0].size == 1:
        return _of_numbers(title, real, generated)
    first, second = (
        WeightedSample.of_groups(numbers.reshape(len(numbers), -1), "vectors")
        for numbers in (real, generated)
    )
    return Distribution(title, first, second, _VECTORS)


def _meaning(run: Run, step: int) -> str:
    """Explains the discriminator's scores for the loss that the run used at a step."""
    loss = str(run.values.get("loss", ""))
    for change in run.changes():
        if change.step < step:
            loss = str(change.knobs.get("loss", loss))
    said = _BORDER if loss in LOSSES_WITH_BORDER else _NO_BORDER.format(loss=loss)
    return f"{said} {_IN_BATCHES}" if run.values.get("minibatch_kernels") else said


def _of_numbers(
    title: str,
    real: np.ndarray,
    generated: np.ndarray,
    note: str = "",
    within: tuple[float, float] = EVERYWHERE,
) -> Distribution:
    return Distribution(title, WeightedSample.of(real), WeightedSample.of(generated), note, within)
