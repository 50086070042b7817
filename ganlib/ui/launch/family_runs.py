"""The runs of a family: pictures of their samples, those that train now, and recent ones."""

from contextlib import suppress

import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs.quality import real_score
from ganlib.runs.store import RunSummary
from ganlib.ui.components.gallery import Tile, gallery
from ganlib.ui.components.text import plain
from ganlib.ui.run.picture import draw_picture, run_picture
from ganlib.ui.run.status_line import state_badge, status_line
from ganlib.ui.server.server import manager
from ganlib.ui.server.session import RUN, page_of, show_run
from ganlib.viz.metric_specs import name_of_score

_TICK_S = 2.0
_RECENT = 8
_TRAINING = ("running", "paused")
_ORDER = (*_TRAINING, "queued")


def family_runs(page: str) -> list[RunSummary]:
    """Returns the readable runs of a family: running, queued, then the others, newest first.

    Args:
        page: name of the family.
    """
    names = {recipe.name for recipe in recipes.on_page(page)}
    found = [row for row in manager().store.list() if row.recipe in names and row.status]
    order = {run_id: place for place, run_id in enumerate(manager().active())}
    return sorted(found, key=lambda row: (_rank(row), order.get(row.id, 0)))


def example_runs(page: str) -> list[RunSummary]:
    """Returns the runs of a family that come with the app.

    Args:
        page: name of the family.
    """
    names = {recipe.name for recipe in recipes.on_page(page)}
    found = []
    for run in manager().store.examples():
        with suppress(UserError):
            if run.recipe in names:
                found.append(RunSummary.of(run))
    return found


def runs_ahead(run_id: str = "") -> int:
    """Returns how many runs have to end before a queued run starts.

    Args:
        run_id: of the queued run; empty for one that is started now.
    """
    active = manager().active()
    place = active.index(run_id) if run_id in active else len(active)
    return max(0, place - manager().cap + 1)


def ahead_text(count: int) -> str:
    """Returns the text about a place in the queue: "Waiting: 2 runs ahead".

    Args:
        count: number of runs that have to end before.
    """
    return f"Waiting: {count} run{'s' * (count != 1)} ahead"


def training_now(page: str, runs: list[RunSummary]) -> None:
    """Shows the runs of a family that train, with a link to each.

    Args:
        page: name of the family.
        runs: see `family_runs`.
    """
    if any(row.status and row.status.state in _TRAINING for row in runs):
        _training_now(page)


@st.fragment(run_every=_TICK_S)
def _training_now(page: str) -> None:
    found = [(row, row.status) for row in family_runs(page)]
    training = [(row, status) for row, status in found if status and status.state in _TRAINING]
    if not training:
        # The whole page is drawn again, without this timer.
        st.rerun()
    for row, status in training:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            draw_picture(row.id)
            with st.container(gap=None):
                st.page_link(
                    page_of(row.recipe),
                    label=f"**{plain(row.label.name)}**",
                    icon=":material/visibility:",
                    query_params={RUN: row.id},
                )
                status_line(status)


def recent_runs(page: str, runs: list[RunSummary]) -> None:
    """Shows the newest runs of a family and the examples as tiles; a click opens one.

    Args:
        page: name of the family.
        runs: see `family_runs`.
    """
    for heading, rows in (("Recent runs", runs[:_RECENT]), ("Example runs", example_runs(page))):
        if not rows:
            continue
        st.subheader(heading, anchor=False)
        tiles = [
            Tile(row.id, row.label.name, run_picture(row.id), _state_text(row), quality_text(row))
            for row in rows
        ]
        key = f"{page}.{heading.partition(' ')[0].lower()}"
        gallery(tiles, None, key=key, label=heading, on_click=show_run, layout="cards")


def best_run(recipe: Recipe, runs: list[RunSummary]) -> RunSummary | None:
    """Returns the finished run of a recipe with the best samples; None if there is none.

    Only runs on the recipe's own data count: distances on different data cannot be compared.

    Args:
        recipe: of the run.
        runs: see `family_runs`.
    """
    data = recipe.data_values(recipe.Config().model_dump(mode="json"))
    scores = {
        row.id: row.status.best_scores[recipe.score]
        for row in runs
        if row.recipe == recipe.name
        and row.status
        and row.status.state == "finished"
        and recipe.score in row.status.best_scores
        and recipe.data_values(row.values) == data
    }
    return min(
        (row for row in runs if row.id in scores), key=lambda row: scores[row.id], default=None
    )


def quality_text(row: RunSummary) -> str:
    """Returns the best score of a run and the score of real samples as text; may be empty.

    Args:
        row: the run.
    """
    recipe = recipes.get(row.recipe)
    if row.status is None or recipe.score not in row.status.best_scores:
        return ""
    best = row.status.best_scores[recipe.score]
    # The best scores are those of the recipe's quality alone.
    found = real_score(recipe, row.status.scores)
    real = f" (real samples {found:.2g})" if found else ""
    return f"Best {name_of_score(recipe.score)} {best:.3g}{real}"


def _state_text(row: RunSummary) -> str:
    if row.status is None:
        return ""
    if row.status.state == "queued" and manager().owns(row.id):
        return ahead_text(runs_ahead(row.id))
    return f"{state_badge(row.status)}, step {row.status.step:,} of {row.status.steps:,}"


def _rank(row: RunSummary) -> int:
    state = row.status.state if row.status else ""
    return _ORDER.index(state) if state in _ORDER else len(_ORDER)
