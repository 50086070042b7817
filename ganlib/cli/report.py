"""Results of commands, as text or as JSON."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ganlib.amounts import rate


@dataclass(frozen=True)
class RunReport:
    """Result of a command on a run. The fields are also the names in JSON, in this order.

    Args:
        run_id: id of the run.
        recipe: name of the recipe.
        seed: seed of the run.
        step: number of generator updates.
        status: state of the run, such as "finished".
        steps_per_second: of the run's last session.
        weights_sha256: digest of all generator and discriminator weights in order, as
            little-endian float32; empty if there are no weights yet.
        metrics: final scores by name; empty if the run is not finished.
    """

    run_id: str
    recipe: str
    seed: int
    step: int
    status: str
    steps_per_second: float
    weights_sha256: str
    metrics: dict[str, float]

    def as_json(self) -> str:
        """Returns one JSON object on one line; numbers that are not finite become null."""
        return to_json(asdict(self))

    def as_text(self) -> str:
        """Returns a table of names and values."""
        rows = {
            "run": self.run_id,
            "recipe": self.recipe,
            "seed": str(self.seed),
            "status": f"{self.status} at step {self.step:,}",
            "speed": f"{rate(self.steps_per_second)} steps/s",
            "weights": self.weights_sha256 or "none yet",
            **{name: f"{value:.6g}" for name, value in self.metrics.items()},
        }
        width = max(map(len, rows))
        return "\n".join(f"{name:<{width}}  {text}" for name, text in rows.items())


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


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
