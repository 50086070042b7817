"""Runs as HTML for notebooks: needs no network and no script, and escapes what users wrote."""

import base64
from collections.abc import Sequence
from html import escape
from typing import Any

from ganlib.amounts import duration, rate
from ganlib.runs import Run, Status
from ganlib.tiles import grid_png, is_images
from ganlib.viz.metric_specs import LOSSES, name_of_score
from ganlib.viz.thumbnails import thumbnail

_SMOOTHING = 0.9
_BOX = "display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start"
_PICTURE = "image-rendering:pixelated;max-height:260px"


def status_text(status: Status) -> str:
    """Returns a status as text: "running, step 1,200 of 2,000, 5,100 steps/s, ETA 0:03"."""
    parts: list[str] = [status.state]
    if status.active and status.phase:
        parts.append(status.phase)
    parts.append(f"step {status.step:,} of {status.steps:,}")
    if status.state == "running" and status.steps_per_second > 0:
        parts.append(f"{rate(status.steps_per_second)} steps/s")
        if status.eta_s is not None:
            parts.append(f"ETA {duration(status.eta_s)}")
    text = ", ".join(parts)
    return f"{text}. {status.message}" if status.message else text


def progress_html(name: str, status: Status) -> str:
    """Returns a progress bar with the status beside it.

    Args:
        name: of the run.
        status: of the run.
    """
    total = max(1, status.steps)
    return (
        f'<div><progress value="{status.step}" max="{total}" style="width:220px"></progress> '
        f"<b>{escape(name)}</b> {escape(status_text(status))}</div>"
    )


def run_html(run: Run) -> str:
    """Returns a run as HTML: its status, the curves of its losses and its newest samples.

    Args:
        run: the run.

    Raises:
        RunError: the run has been deleted, or its files are damaged.
    """
    status = run.status()
    parts = [progress_html(run.label().name, status), f"<div>{escape(_about(run, status))}</div>"]
    pictures = []
    if len(run.history()):
        alt = "Losses over training"
        pictures.append(_image("svg+xml", _losses_svg(run), alt))
    if steps := run.sample_steps():
        alt = f"Samples of step {steps[-1]:,}"
        picture = _image("png", _samples_png(run, steps[-1]), alt, _PICTURE)
        pictures.append(
            f"<figure style='margin:0'>{picture}<figcaption>{alt}</figcaption></figure>"
        )
    return f"<div>{''.join(parts)}<div style='{_BOX}'>{''.join(pictures)}</div></div>"


def table_html(columns: Sequence[str], rows: Sequence[Sequence[Any]], total: int) -> str:
    """Returns a table of runs.

    Args:
        columns: titles of the columns.
        rows: cells; None for an empty one.
        total: number of runs; if there are fewer rows, a line below says how many are missing.
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(_cell(cell))}</td>' for cell in row)}</tr>" for row in rows
    )
    more = f"<p>and {total - len(rows):,} more</p>" if total > len(rows) else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _about(run: Run, status: Status) -> str:
    scores = [
        f"{name_of_score(name)} {value:.3g} at its best"
        for name, value in status.best_scores.items()
    ]
    return " · ".join([run.recipe, run.id, *scores])


def _losses_svg(run: Run) -> bytes:
    # SciPy, which these import, would delay the first training by a second.
    from ganlib.viz.curve_svg import curves_svg
    from ganlib.viz.curves import curves_info

    history = run.history()
    opponent = "critic" if "critic_distance" in history.names else "discriminator"
    series = {
        name.format(discriminator=opponent): history[column]
        for name, column in LOSSES.curves.items()
        if column in history.names
    }
    info = curves_info(history.values[0], series, smoothing=_SMOOTHING)
    return curves_svg(info, LOSSES.unit).encode()


def _samples_png(run: Run, step: int) -> bytes:
    samples = run.samples(step)["fixed"]
    return grid_png(samples) if is_images(samples) else thumbnail(run.real(), samples)


def _image(kind: str, content: bytes, alt: str, style: str = "") -> str:
    data = base64.b64encode(content).decode("ascii")
    return f'<img src="data:image/{kind};base64,{data}" alt="{escape(alt)}" style="{style}">'


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
