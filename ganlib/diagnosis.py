"""What the figures of a training say, in plain words."""

from collections.abc import Mapping

import numpy as np

RECENT = 200
# A loss beyond this means nothing any more: it stands for a probability of e to the minus that.
_RUN_AWAY = 1e3


def sentence(figures: Mapping[str, np.ndarray]) -> str:
    """What is happening between the two networks now.

    Args:
        figures: (n,) each, per step, by the names of metrics: `accuracy_real` and
            `accuracy_generated`, or `critic_distance` where a critic takes the
            discriminator's place; the losses, where they are known.
    Returns:
        One sentence; empty before the first step.
    """
    if "critic_distance" in figures:
        return _of_a_critic(figures["critic_distance"])
    if not len(figures.get("accuracy_real", ())):
        return ""
    for network in ("discriminator", "generator"):
        loss = _now(figures.get(f"{network}_loss", np.zeros(1)))
        if abs(loss) > _RUN_AWAY:
            return (
                f"The losses have run away (the {network}'s is {loss:.2g}): nothing is learned. "
                "Start again with lower learning rates."
            )
    return _of_a_discriminator(_now(figures["accuracy_real"]), _now(figures["accuracy_generated"]))


def of_modes(found: float, peaks: int, near: float) -> str:
    """What the generated samples say of a distribution with peaks.

    Args:
        found: peaks that have a sample.
        peaks: how many there are.
        near: share of the samples that lie near a peak.
    Returns:
        One sentence.
    """
    share = f"{near:.0%}".replace("%", " %")
    if found < peaks:
        return (
            f"Mode collapse: the generator makes {found:.0f} of the {peaks} peaks, and {share} of "
            "its points lie near a peak. What helps stands under Mode collapse in the settings; so "
            "do the relativistic loss and the penalties r1 and r2."
        )
    if near < 0.8:
        return f"All {peaks} peaks are found, but only {share} of the points lie near a peak yet."
    return f"All {peaks} peaks are found, and {share} of the points lie near a peak."


def of_distance(distance: float, floor: float) -> str:
    """What the sliced Wasserstein-1 distance says of the generated samples.

    Args:
        distance: of the generated from the real samples.
        floor: what two real samples of these sizes stay below in 95 % of all cases, above 0.
    Returns:
        One sentence.
    """
    if distance <= floor:
        return (
            f"The generated points are {distance:.2g} from the real ones (sliced Wasserstein-1), "
            f"no farther than two real samples of this size may be from each other: {floor:.2g}."
        )
    return (
        f"The generated points are {distance:.2g} from the real ones (sliced Wasserstein-1), "
        f"{distance / floor:.2g} times the floor: two real samples of this size are rarely more "
        f"than {floor:.2g} apart."
    )


def _now(values: np.ndarray) -> float:
    """The mean over the last steps: 200 of a long run, a tenth of a short one."""
    count = int(np.clip(len(values) // 10, 20, RECENT))
    return float(np.mean(values[-count:]))


def _of_a_critic(distance: np.ndarray) -> str:
    if len(distance) < 2 * RECENT:
        return "The critic is learning to tell real from generated; its estimate settles first."
    before, now = (float(np.mean(part)) for part in np.split(distance[-2 * RECENT :], 2))
    if now < 0:
        return "The critic scores generated samples higher than real ones: it has lost its way."
    if now < 0.98 * before:
        return (
            "The critic's distance falls: the generated samples come nearer to the real ones, or "
            "the critic becomes less steep."
        )
    if now > 1.02 * before:
        return (
            "The critic's distance grows: it finds more differences than the generator can "
            "mend meanwhile, or becomes steeper."
        )
    return "The critic's distance holds steady: the two learn at the same pace."


def _of_a_discriminator(real: float, generated: float) -> str:
    # As it is told, so that the same number never has two names.
    right = round((real + generated) / 2, 2)
    share = f"{right:.0%}".replace("%", " %")
    said = f"The discriminator is right {share} of the time"
    if right >= 0.95:
        return f"{said}: it is far ahead, and the generator has little to learn from."
    if right >= 0.7:
        return f"{said}: it is ahead, the generator follows."
    if right <= 0.4:
        return (
            f"The discriminator is right only {share} of the time: the generator fools it for now."
        )
    if abs(real - generated) > 0.5:
        favoured = "real" if real > generated else "generated"
        return f"The discriminator calls nearly everything {favoured}: it has lost its bearings."
    if right > 0.55:
        return f"{said}: it is a little ahead, and the two keep up with each other."
    return f"{said}, like a coin: the two are evenly matched."
