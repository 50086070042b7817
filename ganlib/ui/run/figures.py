"""The figures above the samples: quality, best step, diversity, balance."""

from typing import NamedTuple

import streamlit as st

from ganlib import diagnosis
from ganlib.runs.quality import quality_at
from ganlib.ui.components.text import percent
from ganlib.ui.server.reading import Reading
from ganlib.viz.metric_specs import name_of_score

_NONE = "-"
# Keeps the line, so that all figures are equally high.
_BLANK = "\u00a0"


class Figure(NamedTuple):
    """A number with what to compare it with.

    Args:
        label: its name.
        value: the number as text.
        beside: what to compare it with.
        help: one or two sentences on its meaning.
    """

    label: str
    value: str
    beside: str
    help: str


def figures_row(reading: Reading, step: int | None) -> None:
    """Draws the figures of a step.

    Args:
        reading: of the run.
        step: with saved samples; None if there are none.
    """
    with st.container(horizontal=True, gap="small"):
        for figure in figures(reading, step):
            st.metric(
                figure.label,
                figure.value,
                delta_description=figure.beside,
                help=figure.help,
                border=True,
            )


def figures(reading: Reading, step: int | None) -> list[Figure]:
    """Returns quality, best step, diversity and balance at a step; see `figures_row`."""
    recipe, scores = reading.recipe, reading.scores
    scored, here = scores_at(reading, step)
    quality = quality_at(recipe, scores, here)
    name = name_of_score(recipe.score)
    unit = ", in standard deviations of the real ones" if "_over_sigma" in recipe.score else ""
    value, real, best, best_step = _NONE, _BLANK, _BLANK, _NONE
    if quality:
        value, best_step = f"{quality.value:.3g}", f"{quality.best_step:,}"
        best = f"{name} {quality.best:.3g}"
        notes = [f"real samples: {quality.real:.2g}"] if quality.real is not None else []
        if scored is not None and scored != step:
            notes.append(f"at step {scored:,}")
        real = ", ".join(notes) or _BLANK
    return [
        Figure(
            f"Quality ({name})",
            value,
            real,
            f"{name} between generated and real samples{unit}; lower is better. The number beside "
            "it is the distance between two sets of real samples, which a perfect generator would "
            "reach.",
        ),
        Figure("Best step", best_step, best, "The saved step with the best quality so far."),
        _diversity(here),
        _balance(reading, step),
    ]


def scores_at(reading: Reading, step: int | None) -> tuple[int | None, dict[str, float]]:
    """Returns the scores of a step, and the step at which they were measured.

    That is an earlier one for the newest samples of a run that was paused or stopped there.

    Args:
        reading: of the run.
        step: with saved samples; None if there are none.
    """
    if step is None:
        return None, {}
    here, scores = reading.scores.at(step), reading.scores
    if reading.recipe.score in here or not len(scores) or step != reading.sample_steps[-1]:
        return step, here
    scored = int(scores.step[-1])
    return scored, scores.at(scored)


def _diversity(scores: dict[str, float]) -> Figure:
    found, real = scores.get("coverage"), scores.get("coverage_real")
    return Figure(
        "Diversity (coverage)",
        _NONE if found is None else percent(found),
        _BLANK if real is None else f"real samples: {percent(real)}",
        "How much of the real data is covered. A real sample counts if a generated one is closer "
        "to it than its fifth-nearest real neighbour. Low coverage means that the generator "
        "repeats itself.",
    )


def _balance(reading: Reading, step: int | None) -> Figure:
    history = reading.history
    rows = len(history)
    if step is not None and step != reading.sample_steps[-1]:
        rows = history.rows_until(step)
    if "critic_distance" in history.names:
        distance = history["critic_distance"][:rows]
        return Figure(
            "Critic's estimate",
            f"{diagnosis.recent_mean(distance):.3g}" if rows else _NONE,
            "should fall",
            "The critic's estimate of how far generated samples are from real ones.",
        )
    value = _NONE
    if rows and "accuracy_real" in history.names:
        real, generated = history["accuracy_real"], history["accuracy_generated"]
        value = percent(diagnosis.share_right(real[:rows], generated[:rows]))
    return Figure(
        "Balance",
        value,
        "even at 50 %",
        "How often the discriminator is right in the last steps: 50 % if it cannot tell real from "
        "generated samples, 100 % if it always can.",
    )
