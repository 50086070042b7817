"""Results of a benchmark: plain numbers, a table, and JSON."""

import platform
import statistics
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

# Recipes whose book has a loop to compare with.
BOOK_RECIPES = (
    "toy/gaussian-vector",
    "fashion/dense",
    "mnist/dcgan",
    "wgan/clip",
    "quickdraw/conv",
)


@dataclass(frozen=True)
class Speed:
    """Steps per second, once per repeat.

    Args:
        of_repeats: in the order in which they were measured.
    """

    of_repeats: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.of_repeats)

    @property
    def low(self) -> float:
        return min(self.of_repeats)

    @property
    def high(self) -> float:
        return max(self.of_repeats)

    def over(self, other: "Speed") -> "Speed":
        """Ratios within each repeat: what slows the machine down slows both."""
        pairs = zip(self.of_repeats, other.of_repeats, strict=True)
        return Speed(tuple(ours / theirs for ours, theirs in pairs))


@dataclass(frozen=True)
class RecipeSpeed:
    """What was measured of one recipe.

    Args:
        recipe: its name.
        data: what was learned.
        batch_size: real samples per update.
        device: where.
        precision: Keras dtype policy that the recipe takes here by default.
        book: the book's loop, in float32, with the book's losses.
        float32: our trainer in float32.
        default: our trainer as it is by default.
        gflop: billions of operations in a step, as the recipe's layers stand for; see
            `step_gflop`.
        gflop_done: the same as our layers calculate them.
        peak_float32: GFLOP/s of a product of matrices, in the same turns.
        peak_default: the same in the default's precision.
    """

    recipe: str
    data: str
    batch_size: int
    device: str
    precision: str
    book: Speed
    float32: Speed
    default: Speed
    gflop: float
    gflop_done: float
    peak_float32: Speed
    peak_default: Speed

    @property
    def share_float32(self) -> float:
        """Of the peak, counted as the layers stand for."""
        return self.gflop * self.float32.median / self.peak_float32.median

    @property
    def share_default(self) -> float:
        """The same in the default's precision."""
        return self.gflop * self.default.median / self.peak_default.median

    def ratios(self) -> tuple[float, float, float]:
        """Medians over the book's loop: of itself, of ours in float32, of ours by default."""
        return 1.0, self.float32.over(self.book).median, self.default.over(self.book).median


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
    speeds = {name: speed for name, speed in vars(found).items() if isinstance(speed, Speed)} | {
        "ratio_float32": found.float32.over(found.book),
        "ratio_default": found.default.over(found.book),
    }
    shares = {"share_float32": found.share_float32, "share_default": found.share_default}
    done = {
        f"{name}_done": share * found.gflop_done / found.gflop for name, share in shares.items()
    }
    return asdict(found) | {name: _speed_json(one) for name, one in speeds.items()} | shares | done


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


def _speed_json(speed: Speed) -> dict[str, Any]:
    """A speed by name: median, lowest, highest and every repeat."""
    return {
        "median": speed.median,
        "low": speed.low,
        "high": speed.high,
        "repeats": list(speed.of_repeats),
    }
