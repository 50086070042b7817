"""What a benchmark found: plain numbers."""

import statistics
from dataclasses import dataclass

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
