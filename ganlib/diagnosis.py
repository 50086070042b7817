"""Interprets the metrics of a training in one sentence."""

from collections.abc import Mapping

import numpy as np

RECENT = 200
# Samples are called close to real ones up to this multiple of the score of real samples.
CLOSE = 3.0
# Greatest ratio of the distance to that of real samples, and how it is called.
_QUALITIES = (
    (1.5, "as close to the data as real samples"),
    (CLOSE, "close to real samples"),
    (8.0, "still different from real samples"),
    (np.inf, "far from real samples"),
)
# A larger loss means divergence: it corresponds to a probability of e to the minus this.
_DIVERGED_LOSS = 1e3
# A generator that has learned to hit the peaks has at least this share of its points near them.
_NEAR_PEAKS = 0.8


def describe_balance(figures: Mapping[str, np.ndarray]) -> str:
    """Describes the current balance of the two networks.

    Args:
        figures: (n,) values per step, by name of the metric: `accuracy_real` and
            `accuracy_generated`, or `critic_distance` for a critic; optionally the losses, and
            `step` if some steps are missing.
    Returns:
        One sentence; empty before the first step.
    """
    if len(figures.get("critic_distance", ())):
        return _critic_balance(figures["critic_distance"])
    if not len(figures.get("accuracy_real", ())):
        return ""
    for network in ("discriminator", "generator"):
        loss = recent_mean(figures.get(f"{network}_loss", np.zeros(1)))
        if abs(loss) > _DIVERGED_LOSS:
            return (
                f"The losses have diverged (the {network}'s is {loss:.2g}): nothing is learned. "
                "Start again with lower learning rates."
            )
    real, generated = figures["accuracy_real"], figures["accuracy_generated"]
    text = _discriminator_balance(recent_mean(real), recent_mean(generated))
    rows = min(len(real), _recent_count(len(real)))
    recent = figures["step"][-rows:] if "step" in figures else np.arange(rows)
    steps = int(recent[-1] - recent[0]) + 1
    return f"In the last {steps:,} step{'s' * (steps > 1)}, {text[:1].lower()}{text[1:]}"


def describe_modes(found: float, peaks: int, near: float) -> str:
    """Describes how well generated samples cover a distribution with peaks.

    Args:
        found: number of peaks with a generated sample near them.
        peaks: number of peaks.
        near: share of the generated samples near a peak.
    Returns:
        One sentence.
    """
    share = f"{near:.0%}".replace("%", " %")
    if has_collapsed(found, peaks, near):
        return (
            f"Mode collapse: the generator finds {found:.0f} of the {peaks} peaks, and {share} of "
            "its points lie near a peak. For remedies, start a new run and open Mode collapse "
            "under Advanced; the relativistic loss and the penalties r1 and r2 also help."
        )
    if found < peaks:
        return (
            f"{found:.0f} of the {peaks} peaks are found so far; {share} of the points lie near a "
            "peak."
        )
    if near < _NEAR_PEAKS:
        return f"All {peaks} peaks are found, but only {share} of the points lie near a peak yet."
    return f"All {peaks} peaks are found, and {share} of the points lie near a peak."


def has_collapsed(found: float, peaks: int, near: float) -> bool:
    """True if a generator hits peaks but misses some of them.

    Early in a training, peaks are missing because the points are not near any peak yet.

    Args:
        found: number of peaks with a generated sample near them.
        peaks: number of peaks.
        near: share of the generated samples near a peak.
    """
    return found < peaks and near >= _NEAR_PEAKS


def describe_distance(distance: float, floor: float) -> str:
    """Describes the sliced Wasserstein-1 distance of the generated from the real samples.

    Args:
        distance: between generated and real samples.
        floor: 95 % quantile of the distance between two real samples of these sizes, above 0.
    Returns:
        One sentence.
    """
    if distance <= floor:
        return (
            f"The generated points are {distance:.2g} from the real ones (sliced Wasserstein-1), "
            "as close as other real points would be: two real samples of this size are "
            f"rarely more than {floor:.2g} apart."
        )
    return (
        f"The generated points are {distance:.2g} from the real ones (sliced Wasserstein-1), "
        f"{distance / floor:.2g} times as far as other real points would be: two real samples of "
        f"this size are rarely more than {floor:.2g} apart."
    )


def describe_quality(name: str, value: float, real: float) -> str:
    """Describes the distance of generated from real samples, next to that of real samples.

    Args:
        name: of the distance, such as "Fréchet distance".
        value: between generated and real samples.
        real: between two samples of real data, above 0.
    Returns:
        One sentence.
    """
    words = next(words for limit, words in _QUALITIES if value <= limit * real)
    return (
        f"The generated samples are {words}: their {name} is {value:.2g}, "
        f"and that of other real samples is {real:.2g}."
    )


def share_right(real: np.ndarray, generated: np.ndarray) -> float:
    """Returns how often the discriminator was right in the last steps, 0 to 1.

    Args:
        real: (n,) accuracy on real samples per step, n at least 1.
        generated: (n,) accuracy on generated samples per step.
    """
    return (recent_mean(real) + recent_mean(generated)) / 2


def recent_mean(values: np.ndarray) -> float:
    """Returns the mean over the last tenth of the steps, at least 20 and at most 200 of them."""
    return float(np.mean(values[-_recent_count(len(values)) :]))


def _recent_count(steps: int) -> int:
    return int(np.clip(steps // 10, 20, RECENT))


def _critic_balance(distance: np.ndarray) -> str:
    if len(distance) < 2 * RECENT:
        return "The critic is still learning to distinguish real from generated samples."
    before, now = (float(np.mean(part)) for part in np.split(distance[-2 * RECENT :], 2))
    if now < 0:
        return "The critic scores generated samples higher than real ones: its estimate is wrong."
    if now < 0.98 * before:
        return (
            "The critic's estimate falls: the generated samples come nearer to the real ones, or "
            "the critic's slope decreases."
        )
    if now > 1.02 * before:
        return (
            "The critic's estimate grows: the critic finds differences faster than the generator "
            "removes them, or its slope increases."
        )
    return "The critic's estimate is steady: both networks learn at the same pace."


def _discriminator_balance(real: float, generated: float) -> str:
    # Rounded as it is shown, so that the same number always has the same interpretation.
    right = round((real + generated) / 2, 2)
    share = f"{right:.0%}".replace("%", " %")
    accuracy = f"The discriminator is right {share} of the time"
    if right >= 0.95:
        return f"{accuracy}: it is far ahead, and the generator has little to learn from."
    if right >= 0.7:
        return f"{accuracy}: it is ahead, and the generator follows."
    if right <= 0.4:
        return (
            f"The discriminator is right only {share} of the time: the generator fools it for now."
        )
    if abs(real - generated) > 0.5:
        favoured = "real" if real > generated else "generated"
        return (
            f"The discriminator calls nearly everything {favoured}: it cannot tell the two apart."
        )
    if right > 0.55:
        return f"{accuracy}: it is a little ahead, and the two keep up with each other."
    return f"{accuracy}, like a coin toss: neither is ahead."
