"""The replays of the example runs, computed once in each process."""

from contextlib import suppress

import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import Run, RunStore, Scores
from ganlib.runs.quality import quality_at
from ganlib.viz.replay import replay_of


@st.cache_resource(show_spinner=False)
def replay_cards(_store: RunStore) -> list[dict[str, object]]:
    """Returns the example runs for `replays`: images first, then in the order of the runs.

    Args:
        _store: has the examples; see `ganlib.runs.EXAMPLES`.
    """
    made = []
    for run in _store.examples():
        # Home also opens if somebody has damaged one.
        with suppress(UserError):
            made.append(_card(run))
    return sorted(made, key=lambda card: card["kind"] != "images")


def _card(run: Run) -> dict[str, object]:
    recipe, scores, steps = recipes.get(run.recipe), run.scores(), run.sample_steps()
    replay = replay_of(run.real(), [run.samples(step)["fixed"] for step in steps])
    return {
        "id": run.id,
        "name": run.label().name,
        "href": f"{recipe.page}?run={run.id}",
        "steps": steps,
        "captions": [_caption(run, recipe, scores, step) for step in steps],
        **replay.fields(),
    }


def _caption(run: Run, recipe: Recipe, scores: Scores, step: int) -> str:
    """Peaks found, where there are peaks; else the distance to real samples."""
    here = scores.at(step)
    if "modes" in here and (peaks := recipe.peaks(run.config)):
        return f"{here['modes']:.0f} of {peaks} peaks"
    quality = quality_at(recipe, scores, scores.at(step))
    if quality is None:
        return ""
    real = f" (real {quality.real:.2g})" if quality.real else ""
    return f"distance {quality.value:.2g}{real}"
