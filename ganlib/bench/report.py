"""What a benchmark found, as a table and as JSON."""

import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ganlib.bench.results import RecipeSpeed, Speed

HEADING = [
    "RECIPE",
    "BOOK'S LOOP",
    "FLOAT32",
    "DEFAULT",
    "PRECISION",
    "RATIO",
    "GFLOP/STEP",
    "OF PEAK, FLOAT32",
    "OF PEAK, DEFAULT",
]


def row(found: RecipeSpeed) -> list[str]:
    """The cells of one recipe, in the order of HEADING: steps per second, then shares."""
    return [
        found.recipe,
        *(spread(speed) for speed in (found.book, found.float32, found.default)),
        found.precision.removeprefix("mixed_"),
        spread(found.default.over(found.book), unit="x"),
        f"{found.gflop:.3g}",
        f"{found.share_float32:.2f} of {found.peak_float32.median:,.0f} GFLOP/s",
        f"{found.share_default:.2f} of {found.peak_default.median:,.0f} GFLOP/s",
    ]


def as_json(found: RecipeSpeed) -> dict[str, Any]:
    """Every figure by name: medians, the least and the most of the repeats, and all of them."""
    plain = asdict(found)
    speeds = {name: speed for name, speed in vars(found).items() if isinstance(speed, Speed)} | {
        "ratio_float32": found.float32.over(found.book),
        "ratio_default": found.default.over(found.book),
    }
    shares = {
        "share_float32": found.share_float32,
        "share_default": found.share_default,
        "share_float32_done": found.share_float32 * found.gflop_done / found.gflop,
        "share_default_done": found.share_default * found.gflop_done / found.gflop,
    }
    return plain | {name: speed_json(speed) for name, speed in speeds.items()} | shares


def machine() -> dict[str, str]:
    """What the figures depend on."""
    packages = ("tensorflow", "keras", "streamlit", "numpy")
    return {
        "processor": _processor(),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]}, {len(names)} cores" if names else platform.machine()


def spread(speed: Speed, unit: str = "") -> str:
    """The median with the lowest and the highest of the repeats, as a cell of a table.

    Args:
        speed: of all repeats.
        unit: written behind the median.
    """
    median, low, high = (_figure(value) for value in (speed.median, speed.low, speed.high))
    return f"{median}{unit} ({low} to {high})"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def speed_json(speed: Speed) -> dict[str, Any]:
    """A speed by name: median, lowest, highest and every repeat."""
    return {
        "median": speed.median,
        "low": speed.low,
        "high": speed.high,
        "repeats": list(speed.of_repeats),
    }
