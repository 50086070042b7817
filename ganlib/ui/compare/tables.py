"""Tables that cost little to update, with the line of each run in front of its name."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import streamlit as st

from ganlib.comparing import (
    Finalist,
    GroupSummary,
    ScoreSummary,
    group_summary,
    score_summary,
    verdict,
)
from ganlib.runs.quality import real_score_name
from ganlib.ui.compare.chosen import Chosen
from ganlib.ui.components.text import plain
from ganlib.ui.run.status_line import state_badge
from ganlib.viz.metric_specs import name_of_score
from ganlib.viz.run_styles import RunStyle

_NONE = "-"
Groups = Mapping[str, Sequence[Chosen]]
# By id of the run; None without scores.
Summaries = Mapping[str, ScoreSummary | None]


def scores_table(groups: Groups) -> None:
    """Draws the quality of each run, below that of each group if a group has several runs.

    Args:
        groups: runs by name of the group.
    """
    everything = [one for runs in groups.values() for one in runs]
    summaries = {one.run.id: _summary(one) for one in everything}
    if len(everything) > len(groups):
        rows = [
            (name, runs[0].style, _group_cells(runs, summaries)) for name, runs in groups.items()
        ]
        compact_table((*_GROUP_HEAD, *_END), rows)
        st.caption(_GROUP_NOTE)
    rows = [(one.name, one.style, _cells(one, summaries[one.run.id])) for one in everything]
    compact_table((*_RUN_HEAD, *_END), rows)
    finalists = [
        Finalist(name, _quality(runs), runs[0].data, summary)
        for name, runs in groups.items()
        if (summary := summaries[runs[0].run.id])
    ]
    # Also if it is empty: a fragment may update an element only if it drew it at first.
    st.markdown(plain(verdict(finalists)) if len(everything) == len(groups) else "")


# The narrowest windows show the first columns only.
_GROUP_HEAD = ("Runs", "Last", "Standard error", "Worst", "Best", "At step")
_RUN_HEAD = ("Run", "Best", "At step", "Last", "Range at the end")
_END = ("Real samples", "Quality (lower is better)", "State")
_GROUP_NOTE = (
    "Best and Last: mean and standard deviation over the runs. Standard error: the uncertainty of "
    "the mean of Last. Worst: the run with the highest Last."
)


def _summary(one: Chosen) -> ScoreSummary | None:
    return score_summary(one.own_scores, one.recipe.score, real_score_name(one.recipe))


def _quality(runs: Sequence[Chosen]) -> str:
    return ", ".join(dict.fromkeys(name_of_score(one.recipe.score) for one in runs))


def _cells(one: Chosen, found: ScoreSummary | None) -> list[str]:
    """Best, its step, last, spread of the last, value of real samples, its name and state."""
    status = one.reading.status
    cells = [_NONE] * 5
    if found:
        spread = f"{_number(found.low)} to {_number(found.high)}"
        cells = [_number(found.best), f"{found.best_step:,}", _number(found.last), spread]
        cells.append(_number(found.real))
    state = f"{state_badge(status)}, step {status.step:,} of {status.steps:,}"
    return [*cells, _quality([one]), state]


def _group_cells(runs: Sequence[Chosen], summaries: Summaries) -> list[str]:
    """Last, its standard error, the worst, best, its steps, value of real samples, and state."""
    scored = [(one, summary) for one in runs if (summary := summaries[one.run.id])]
    found = [summary for _, summary in scored]
    active = sum(one.reading.status.active for one in runs)
    state = f"{active} of {len(runs)} active" if active else "Ended"
    if len(found) < len(runs):
        state += f", {len(found)} scored"
    best = group_summary([one.best for one in found])
    last = group_summary([one.last for one in found])
    cells = [_NONE] * 6
    if best and last:
        steps = [one.best_step for one in found]
        real = [one.real for one in found if one.real is not None]
        cells = [
            _mean(last),
            _number(last.standard_error),
            f"{_number(last.worst)} (seed {scored[last.worst_at][0].run.values['seed']})",
            _mean(best),
            f"{min(steps):,} to {max(steps):,}",
            _number(float(np.mean(real)) if real else None),
        ]
    return [*cells, _quality(runs), state]


def _mean(summary: GroupSummary) -> str:
    spread = "" if summary.deviation is None else f" ± {_number(summary.deviation)}"
    return f"{_number(summary.mean)}{spread}"


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:.3g}"


def compact_table(head: Sequence[str], rows: Sequence[tuple[str, RunStyle, Sequence[str]]]) -> None:
    """Draws a table. A dataframe would take several milliseconds at every update.

    Args:
        head: titles of the columns, the first one for the names.
        rows: name, style and text of each further cell.
    """
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    body = "".join(
        f"<tr><th>{_swatch(style)}{escape(name)}</th>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for name, style, cells in rows
    )
    st.html(
        f'<div class="compare-table" tabindex="0"><table><thead><tr>{titles}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def legend(groups: Groups) -> None:
    """Draws the legend of several charts.

    Args:
        groups: runs by name of the group. The first run of a group has its style.
    """
    items = "".join(
        f"<span>{_swatch(runs[0].style)}{escape(name)}</span>" for name, runs in groups.items()
    )
    st.html(f'<div class="compare-legend">{items}</div>')


def _swatch(style: RunStyle) -> str:
    return f'<span class="swatch" style="background: {style.css()}"></span>'
