"""Selects runs from the list of all."""

from collections.abc import Iterable

from ganlib.runs.store import RunSummary


def select_runs(
    rows: Iterable[RunSummary],
    *,
    recipe: str | None = None,
    state: str | None = None,
    tag: str | None = None,
    group: str | None = None,
    search: str = "",
) -> list[RunSummary]:
    """Returns the runs that meet all conditions, in the same order.

    Args:
        rows: summaries of runs.
        recipe: name of the recipe; None for any.
        state: see `State`, or "damaged" for runs that cannot be read; None for any.
        tag: a tag of the run; None for any.
        group: name of the group of the run; None for any.
        search: words that the name or the note contains, in upper or lower case.
    """
    words = search.casefold().split()
    return [
        row
        for row in rows
        if recipe in (None, row.recipe)
        and state in (None, row.status.state if row.status else "damaged")
        and (tag is None or tag in row.label.tags)
        and group in (None, row.label.group)
        and all(word in f"{row.label.name} {row.label.note}".casefold() for word in words)
    ]
