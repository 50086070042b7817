"""A list of runs, which a notebook shows as a table."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, overload

from ganlib import recipes
from ganlib.api.handle import RunHandle
from ganlib.api.html import table_html
from ganlib.errors import RunError, quote
from ganlib.metrics.directions import is_higher_better

if TYPE_CHECKING:
    import pandas as pd

# Rows that a notebook shows.
_SHOWN = 50


class RunList(Sequence[RunHandle]):
    """Runs, in the order in which they were listed.

    Args:
        runs: the runs.
    """

    def __init__(self, runs: Iterable[RunHandle]):
        self._runs = tuple(runs)

    @overload
    def __getitem__(self, index: int) -> RunHandle: ...
    @overload
    def __getitem__(self, index: slice) -> "RunList": ...
    def __getitem__(self, index: int | slice) -> "RunHandle | RunList":
        """Returns a run, or for a slice a list."""
        if isinstance(index, slice):
            return RunList(self._runs[index])
        return self._runs[index]

    def __len__(self) -> int:
        return len(self._runs)

    def best(self, score: str | None = None) -> RunHandle:
        """Returns the run with the best score at any of its saved steps.

        The lowest value is the best, except of scores such as "coverage" where the highest is.
        Only runs on the same data can be compared fairly.

        Args:
            score: name of a score, a column of `RunHandle.scores`; None takes the recipe's main
                score.

        Raises:
            RunError: no run has the score, or there are several recipes' scores to choose from.
        """
        name = self._usual_score() if score is None else score
        found = {run: value for run in self if (value := run.best_score(name)) is not None}
        if not found:
            raise RunError(self._no_score(name))
        return (max if is_higher_better(name) else min)(found, key=lambda run: found[run])

    @property
    def frame(self) -> "pd.DataFrame":
        """A table with a row for each run: name, recipe, state, step, steps, latest scores."""
        import pandas as pd

        index = pd.Index([run.id for run in self], name="id", dtype=object)
        return pd.DataFrame([_row(run) for run in self], index=index)

    def _usual_score(self) -> str:
        scores = {recipes.get(run.recipe).score for run in self}
        if len(scores) > 1:
            raise RunError(
                "score must be given, because the recipes of these runs have different main "
                f"scores: {', '.join(sorted(scores))}."
            )
        return next(iter(scores), "")

    def _no_score(self, name: str) -> str:
        if not self:
            return "There is no best run: this list is empty."
        known = sorted({str(score) for run in self for score in run.scores})
        if not known:
            return "There is no best run: none of these runs has scores yet."
        return (
            f"score must be one of those that these runs have: {', '.join(known)}. "
            f"Received: {quote(name)}."
        )

    def __repr__(self) -> str:
        lines = [repr(run) for run in self._runs[:_SHOWN]]
        more = len(self) - len(lines)
        heading = f"{len(self):,} run{'s' * (len(self) != 1)}"
        return "\n".join([heading, *lines, *([f"and {more:,} more"] * (more > 0))])

    def _repr_html_(self) -> str:
        shown = self._runs[:_SHOWN]
        rows = [_row(run) | _best(run) for run in shown]
        scores = dict.fromkeys(name for run in shown for name in _best(run))
        columns = ["name", "recipe", "state", "step", "steps", *scores]
        return table_html(columns, [[row.get(name) for name in columns] for row in rows], len(self))


def _row(run: RunHandle) -> dict[str, Any]:
    status = run.status
    return {
        "name": run.name,
        "recipe": run.recipe,
        "state": status.state,
        "step": status.step,
        "steps": status.steps,
        **status.scores,
    }


def _best(run: RunHandle) -> dict[str, float]:
    """The best value of the recipe's main score, by the title of its column."""
    return {f"best {name}": value for name, value in run.status.best_scores.items()}
