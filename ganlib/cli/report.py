"""Results of commands, as text or as JSON."""

import json
import math
from collections.abc import Mapping
from typing import Any

from ganlib.amounts import rate
from ganlib.viz.metric_specs import name_of_score


def run_text(report: Mapping[str, Any]) -> str:
    """Returns the report of a run, as the commands print it in JSON, as a table.

    Args:
        report: run_id, recipe, seed, step, status, steps_per_second, weights_sha256, which is
            empty without weights, and the scores as metrics, by name.
    """
    rows = {
        "run": report["run_id"],
        "recipe": report["recipe"],
        "seed": str(report["seed"]),
        "status": f"{report['status']} at step {report['step']:,}",
        "speed": f"{rate(report['steps_per_second'])} steps/s",
        "weights": report["weights_sha256"] or "none yet",
        **{name: f"{value:.6g}" for name, value in report["metrics"].items()},
    }
    width = max(map(len, rows))
    return "\n".join(f"{name:<{width}}  {text}" for name, text in rows.items())


def group_text(report: Mapping[str, Any]) -> str:
    """Returns the report of a group of runs, as `train --seeds` prints it in JSON, as text.

    Args:
        report: group, score, scored, mean, standard_error, worst and worst_seed, which are None
            without scores, and the runs.
    """
    title = name_of_score(report["score"])
    rows = [
        [
            run["run_id"],
            str(run["seed"]),
            f"{run['status']} at step {run['step']:,}",
            _score(run["final_score"]),
        ]
        for run in report["runs"]
    ]
    count = report["scored"]
    text = f"{title} of {count} run{'s' * (count != 1)}"
    if count:
        text += (
            f": mean {_score(report['mean'])}, standard error {_score(report['standard_error'])}, "
            f"worst {_score(report['worst'])} (seed {report['worst_seed']})"
        )
    heading = ["RUN", "SEED", "STATUS", f"FINAL {title.upper()}"]
    return "\n".join([f"Group {report['group']}", table([heading, *rows]), f"{text}."])


def to_json(value: Any) -> str:
    """Returns a value as JSON on one line; numbers that are not finite become null."""
    return json.dumps(_finite(value), allow_nan=False)


def table(rows: list[list[str]]) -> str:
    """Aligns rows of cells in columns. The first row is the heading."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def one_line(text: str) -> str:
    """Escapes line breaks and control characters, which could manipulate a terminal."""
    return "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in text
    )


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
