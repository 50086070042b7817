"""Generated samples of any saved step, next to real ones."""

from ganlib.recipes import Recipe
from ganlib.ui.run.samples.images import ImageSamples
from ganlib.ui.run.samples.kind import SampleKind
from ganlib.ui.run.samples.numbers import NumberSamples
from ganlib.ui.run.samples.points import PointSamples

_KINDS: dict[str, SampleKind] = {
    "scalar": NumberSamples(),
    "plane": PointSamples(),
    "image": ImageSamples(),
}


def kind_of(recipe: Recipe) -> SampleKind:
    """Returns how the pages show the samples of a recipe."""
    return _KINDS[recipe.kind]
