"""What the table shows of each run."""

from collections.abc import Mapping, Sequence
from typing import Any

from ganlib import recipes
from ganlib.amounts import duration
from ganlib.errors import UserError
from ganlib.recipes import Recipe
from ganlib.runs import RunSummary, Status
from ganlib.runs.quality import real_score
from ganlib.runs.trainers import differences
from ganlib.ui.components.text import value_text, words
from ganlib.ui.run.actions import ICONS, actions_of
from ganlib.ui.run.status_line import state_badge, title_of
from ganlib.ui.server.server import server
from ganlib.viz.metric_specs import name_of_score

DAMAGED = "Damaged"
# Longer values of settings are left out; a drawing has thousands of characters.
_VALUE_CHARACTERS = 20
# As wide as a digit. Texts padded with it sort like the numbers that they begin with.
_FIGURE_SPACE = "\u2007"
# The cells of runs that have not changed, with the summary that they were made from.
_made: dict[str, tuple[RunSummary, dict[str, Any]]] = {}


def rows_of(
    summaries: Sequence[RunSummary], everything: Sequence[RunSummary]
) -> list[dict[str, Any]]:
    """Returns the cells of each run by name of the column; None is an empty cell.

    Args:
        summaries: the runs of the table.
        everything: all runs, also those that the table does not show.
    """
    names = {summary.id: summary.label.name for summary in everything}
    for gone in _made.keys() - names.keys():
        _made.pop(gone, None)
    thumbnails = server().thumbnails
    return [
        {
            "Samples": thumbnails.of(summary.id) or None,
            **_cells(summary),
            **_buttons(summary),
            "Fork of": _origin(summary, names),
        }
        for summary in summaries
    ]


def state_of(summary: RunSummary) -> str:
    """Returns the state of a run as the table and its filter show it."""
    return state_badge(summary.status) if summary.status and not summary.damage else DAMAGED


def _cells(summary: RunSummary) -> dict[str, Any]:
    """Returns the cells that only depend on the run itself, from the cache if possible."""
    known, cells = _made.get(summary.id, (None, {}))
    if known is not summary:
        cells = _new_cells(summary)
        _made[summary.id] = summary, cells
    return cells


def _new_cells(summary: RunSummary) -> dict[str, Any]:
    recipe = recipes.all_recipes().get(summary.recipe)
    status = summary.status or Status("stopped", 0)
    seconds = status.duration_s
    return {
        "Name": summary.label.name or summary.id,
        "State": state_of(summary),
        **(_quality(recipe, status) if recipe else {}),
        "Duration": f"{duration(seconds):{_FIGURE_SPACE}>9}" if seconds else None,
        "Tags": list(summary.label.tags),
        "Group": f":material/compare: {summary.label.group}" if summary.label.group else None,
        "Recipe": title_of(summary.recipe),
        "Settings": settings_text(summary.recipe, summary.values),
        "Steps": f"{status.step:,} of {status.steps:,}" if not summary.damage else None,
        "Note": summary.damage or summary.label.note or None,
        "Created": summary.created or None,
    }


def _quality(recipe: Recipe, status: Status) -> dict[str, Any]:
    """Cells about the newest scored samples, and the best step."""
    value, real = status.scores.get(recipe.score), real_score(recipe, status.scores)
    unit = name_of_score(recipe.score).removesuffix(" distance")
    return {
        "Quality": None if value is None else f"{_padded(value)} {unit}",
        "Real": real,
        "Best step": status.best_steps.get(recipe.score),
    }


def _padded(value: float) -> str:
    """Returns a number as text of three digits, padded so that texts sort like numbers."""
    text = f"{value:.0f}" if value >= 100 else f"{value:.3g}"
    whole, point, rest = text.partition(".")
    return f"{whole:{_FIGURE_SPACE}>4}{point}{rest}"


def _buttons(summary: RunSummary) -> dict[str, Any]:
    """Labels of the buttons in a run's row; damaged runs and runs of other servers have none."""
    actions = [] if summary.damage else actions_of(summary.id, summary.status)
    labels = [f"{ICONS[action]} {action}" for action in actions]
    opens = summary.recipe in recipes.all_recipes() and not summary.damage
    first, second = labels if len(labels) == 2 else (*labels, None) if labels else (None, None)
    return {"Open": "Open" if opens else None, "Control": first, "Stop": second}


def _origin(summary: RunSummary, names: Mapping[str, str]) -> str | None:
    """Parent and step of a fork as text."""
    if summary.parent is None:
        return None
    name = names.get(summary.parent.run, "a deleted run")
    return f"{name}, step {summary.parent.step:,}"


def settings_text(recipe_name: str, config: Mapping[str, Any]) -> str:
    """Returns a run's preset and changed settings, such as "plain GAN · steps 3,000".

    Args:
        recipe_name: of a recipe, which may not exist any more.
        config: settings of the run; unknown ones are ignored.
    """
    preset = {"preset": config["preset"]} if config.get("preset") else {}
    try:
        own = recipes.get(recipe_name).parse(preset)
    except UserError:
        return ""
    usual, fields = own.model_dump(mode="json"), type(own).model_fields
    changed = differences(usual, {name: config[name] for name in usual if name in config})
    texts = list(preset.values())
    for name, (_, after) in changed.items():
        text = value_text(after, fields[name])
        texts.append(f"{words(name)} {text if len(text) <= _VALUE_CHARACTERS else ''}".strip())
    return " · ".join(texts)
