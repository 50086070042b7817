"""The figures above the samples: quality, best step, diversity, balance."""

import numpy as np
import streamlit as st

from ganlib import diagnosis
from ganlib.quality import quality_at
from ganlib.recipes import Recipe
from ganlib.ui.server.reading import Reading
from ganlib.viz.metric_specs import name_of_score

_NONE = "-"


def figures_row(recipe: Recipe, reading: Reading, step: int | None) -> None:
    """Draws the figures of a step.

    Args:
        recipe: of the run.
        reading: of the run.
        step: with saved samples; None if there are none.
    """
    scores = reading.scores
    quality = quality_at(recipe, scores, step) if step is not None else None
    here = scores.at(step) if step is not None else {}
    with st.container(horizontal=True, gap="small"):
        name = name_of_score(recipe.score)
        st.metric(
            f"Quality: {name}",
            f"{quality.value:.3g}" if quality else _NONE,
            delta_description=f"real samples {quality.real:.2g}"
            if quality and quality.real
            else None,
            help=f"{name} between generated and real samples; lower is better.",
            border=True,
        )
        st.metric(
            "Best step",
            f"{quality.best_step:,}" if quality else _NONE,
            delta_description=f"quality {quality.best:.3g}" if quality else None,
            help="The saved step with the best quality.",
            border=True,
        )
        coverage = here.get("coverage")
        st.metric(
            "Diversity",
            f"{coverage:.0%}" if coverage is not None else _NONE,
            help="Coverage: the share of real samples that have a generated sample in their "
            "neighbourhood, which reaches to the fifth nearest real sample.",
            border=True,
        )
        balance = _balance(reading, step)
        st.metric(
            "Balance",
            f"{balance:.0%}" if balance is not None else _NONE,
            help="How often the discriminator is right: 50 % when it cannot tell real from "
            "generated samples, 100 % when it always can.",
            border=True,
        )


def _balance(reading: Reading, step: int | None) -> float | None:
    history = reading.history
    if not len(history) or "accuracy_real" not in history.names:
        return None
    rows = len(history)
    if step is not None and step != reading.sample_steps[-1]:
        rows = int(np.searchsorted(history.step, step, side="right"))
    if not rows:
        return None
    return diagnosis.share_right(
        history["accuracy_real"][:rows], history["accuracy_generated"][:rows]
    )
