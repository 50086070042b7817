"""The compared runs, which stand in the address."""

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
import streamlit as st

from ganlib import recipes
from ganlib.comparing import SavedSteps, finite_scores, unique_names
from ganlib.errors import UserError, quote
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.runs.quality import own_scores
from ganlib.runs.view import Scores
from ganlib.ui.server.reading import Reading, SharedCache
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import RUNS
from ganlib.viz.run_styles import RunStyle, run_styles

_cache = SharedCache(256)
_styles = lru_cache(64)(run_styles)
Value = TypeVar("Value")


class Chosen(NamedTuple):
    """A compared run at one moment.

    Args:
        name: unique among the compared runs.
        style: of its lines.
        reading: of the run.
    """

    name: str
    style: RunStyle
    reading: Reading

    @property
    def run(self) -> Run:
        return self.reading.run

    @property
    def recipe(self) -> Recipe:
        return self.reading.recipe

    @property
    def data(self) -> object:
        """Identifies the data that the run learns."""
        return self.recipe.data_key(self.run.values)

    @property
    def own_scores(self) -> Scores:
        """The scores of the run's own steps, without those that a fork has from its parent."""
        return own_scores(self.run, self.reading.scores)

    def saved_steps(self) -> SavedSteps:
        """Returns the steps with samples; cached until the run makes another step."""

        def make() -> SavedSteps:
            steps = np.array(self.reading.sample_steps, np.int64)
            scored, values = finite_scores(self.own_scores, self.recipe.score)
            scored, values = scored[(there := np.isin(scored, steps))], values[there]
            best = int(scored[values.argmin()]) if len(scored) else None
            return SavedSteps(steps, self.reading.history.seconds_at(steps), best)

        return self.reading.cached("saved_steps", make)


def choose_runs() -> tuple[list[Run], str]:
    """Lets the user choose runs. The choice is the address, so that Back and links restore it.

    Returns:
        The runs, and a sentence on runs in the address that cannot be read; may be empty.
    """
    found: dict[str, Run] = {}
    missing = []
    for run_id in dict.fromkeys(st.query_params.get_all(RUNS)):
        try:
            run = manager().store.open(run_id)
            _read(run)
            recipes.get(run.recipe)
            found[run_id] = run
        except UserError:
            missing.append(quote(run_id))
    known = recipes.all_recipes()
    listed = [one for one in manager().store.list() if one.status and one.recipe in known]
    examples = manager().store.examples()
    names = unique_names(
        {one.id: one.label.name for one in listed}
        | {run.id: f"{run.label().name} (example)" for run in examples},
        {one.id: one.values.get("seed") for one in listed},
    )
    names |= {run_id: run.label().name for run_id, run in found.items() if run_id not in names}
    st.session_state[RUNS] = list(found)
    st.multiselect(
        "Runs",
        list(names),
        format_func=lambda run_id: names.get(run_id, run_id),
        key=RUNS,
        on_change=lambda: compare_these(st.session_state[RUNS]),
        placeholder="Choose runs to compare",
        help="Any runs, also of different recipes and examples, and also while they train.",
    )
    subject = "This run is" if len(missing) == 1 else "These runs are"
    text = f"{subject} deleted, damaged or unknown: {', '.join(missing)}." if missing else ""
    return list(found.values()), text


def compare_these(run_ids: Sequence[str]) -> None:
    """Compares these runs, from a callback."""
    st.query_params[RUNS] = list(run_ids)


def chosen_now(runs: Sequence[Run]) -> list[Chosen]:
    """Reads runs. Those that have been deleted meanwhile or cannot be read are left out.

    Args:
        runs: the compared runs.
    """
    readings: dict[str, Reading] = {}
    for run in runs:
        try:
            readings[run.id] = _read(run)
        except UserError:
            continue
    names = unique_names(
        {run_id: one.run.label().name for run_id, one in readings.items()},
        {run_id: one.run.values.get("seed") for run_id, one in readings.items()},
    )
    styles = _styles(tuple(run.id for run in runs))
    return [Chosen(names[one], styles[one], reading) for one, reading in readings.items()]


def _read(run: Run) -> Reading:
    """Reads a run with its journal, which raises if it is of a later version."""
    reading = server().readings.of(run, run.status())
    _ = reading.record
    return reading


def kept(key: Hashable, make: Callable[[], Value]) -> Value:
    """Returns a cached or new value, which all sessions share.

    Unlike `Reading.cached`, it is kept while a run goes on, such as a picture of a step.

    Args:
        key: identifies the value; it includes all that the value depends on.
        make: computes it. If it raises, nothing is cached.
    """
    with _cache.locked(key, make) as value:
        return value
