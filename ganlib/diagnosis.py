"""What the figures of a training say, in plain words."""

import numpy as np

RECENT = 200


def sentence(accuracy_real: np.ndarray, accuracy_generated: np.ndarray) -> str:
    """What is happening between the two networks now.

    Args:
        accuracy_real: (n,) share of real samples the discriminator took for real, per step.
        accuracy_generated: (n,) share of generated samples it took for generated.
    Returns:
        One sentence; empty before the first step.
    """
    if not len(accuracy_real):
        return ""
    real, generated = (
        float(np.mean(values[-RECENT:])) for values in (accuracy_real, accuracy_generated)
    )
    right = (real + generated) / 2
    share = f"{right:.0%}".replace("%", " %")
    if right >= 0.95:
        return (
            f"The discriminator is right {share} of the time: it is far ahead, "
            "and the generator has little to learn from."
        )
    if right >= 0.7:
        return (
            f"The discriminator is right {share} of the time: it is ahead, the generator follows."
        )
    if right <= 0.4:
        return (
            f"The discriminator is right only {share} of the time: the generator fools it for now."
        )
    if abs(real - generated) > 0.5:
        favoured = "real" if real > generated else "generated"
        return f"The discriminator calls nearly everything {favoured}: it has lost its bearings."
    return f"The discriminator is right {share} of the time: the two are evenly matched."
