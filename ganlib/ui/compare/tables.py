"""Tables that cost little to update, with the line of each run in front of its name."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import streamlit as st

from ganlib.comparing import Finalist, ScoreSummary, score_summary, verdict
from ganlib.runs.quality import real_score_name
from ganlib.ui.compare.chosen import Chosen
from ganlib.ui.components.text import plain
from ganlib.ui.run.status_line import state_badge
from ganlib.viz.metric_specs import name_of_score
from ganlib.viz.run_styles import RunStyle

_NONE = "-"

Groups = Mapping[str, Sequence[Chosen]]


def scores_table(groups: Groups) -> None:
    """Draws the quality of each run, or means and standard deviations of each group.

    Args:
        groups: runs by name of the group.
    """
    of_runs = all(len(runs) == 1 for runs in groups.values())
    rows = []
    finalists: list[Finalist] = []
    for name, runs in groups.items():
        given = [(one.own_scores, one.recipe.score, real_score_name(one.recipe)) for one in runs]
        found = [summary for one in given if (summary := score_summary(*one))]
        status = runs[0].reading.status
        state = f"{state_badge(status)}, step {status.step:,} of {status.steps:,}"
        if not of_runs:
            active = sum(one.reading.status.active for one in runs)
            state = f"{active} of {len(runs)} active" if active else "Ended"
        quality = ", ".join(dict.fromkeys(name_of_score(score) for _, score, _ in given))
        cells = _cells(found) if found else [_NONE] * 5
        rows.append((name, runs[0].style, [*cells, quality, state]))
        finalists += [Finalist(name, quality, runs[0].data, summary) for summary in found[:1]]
    head = ("Run" if of_runs else "Runs", "Best", "At step", "Last", "Range at the end")
    compact_table((*head, "Real samples", "Quality (lower is better)", "State"), rows)
    # Also if it is empty: a fragment may update an element only if it drew it at first.
    st.markdown(plain(verdict(finalists)) if of_runs else "")


def _cells(found: Sequence[ScoreSummary]) -> list[str]:
    """Best, its step, last, spread of the last and the value of real samples."""
    real = [one.real for one in found if one.real is not None]
    shown_real = _number(float(np.mean(real))) if real else _NONE
    if len(found) == 1:
        (one,) = found
        spread = f"{_number(one.low)} to {_number(one.high)}"
        return [_number(one.best), f"{one.best_step:,}", _number(one.last), spread, shown_real]
    steps, last = [one.best_step for one in found], [one.last for one in found]
    return [
        _mean([one.best for one in found]),
        f"{min(steps):,} to {max(steps):,}",
        _mean(last),
        f"{_number(min(last))} to {_number(max(last))}",
        shown_real,
    ]


def _mean(values: Sequence[float]) -> str:
    return f"{_number(float(np.mean(values)))} ± {_number(float(np.std(values, ddof=1)))}"


def _number(value: float) -> str:
    return f"{value:.3g}"


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
