"""What a search may try: a range or a list of choices for each knob, from the knob's own bounds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic.fields import FieldInfo

from ganlib.errors import ConfigError, quote
from ganlib.knobs import Config, bounds, choices, is_list, is_number, meta, parse_value

# Knobs that say how to train or what to keep, not what is learned.
_OF_THE_RUN = (
    "steps",
    "seed",
    "sample_every",
    "checkpoint_every",
    "milestones",
    "precision",
    "devices",
)
# The default range goes this far below and above the default value. Sizes cost time, so less far.
_FACTOR, _SIZE_FACTOR = 10, 4
# Bounds with at least this ratio are searched on a logarithmic scale.
_WIDE = 100
_DIGITS = 6
# Commas separate knobs, and are also in the names of some choices.
_NEXT_KNOB = re.compile(r",(?=\s*[a-z0-9_]+\s*(?:[=,]|$))")


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included.

    Args:
        low: smallest value.
        high: greatest value.
        log: whether the logarithm of the value is uniform, instead of the value.
        whole: whether only whole numbers are tried.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def points(self, count: int) -> list[float]:
        """Returns at most `count` values from `low` to `high` at equal distances.

        Args:
            count: number of values, before equal whole numbers are merged; at least 2.

        Example:
            >>> Range(1, 100, log=True).points(3)
            [1.0, 10.0, 100.0]
        """
        space = np.geomspace if self.log else np.linspace
        inner = space(self.low, self.high, count)[1:-1].tolist()
        if self.whole:
            inner = [round(value) for value in inner]
        # The ends are taken as they are, not as rounding leaves them.
        return list(dict.fromkeys([self.low, *inner, self.high]))


@dataclass(frozen=True)
class Choices:
    """Some values of a knob.

    Args:
        values: text, truth values or numbers.
    """

    values: tuple[Any, ...]


Space = dict[str, Range | Choices]


def searchable(config: type[Config]) -> tuple[str, ...]:
    """Returns the knobs of a recipe that can be searched.

    Args:
        config: the recipe's config class.
    """
    return tuple(name for name in config.model_fields if not _why_not(config, name))


def default_range(config: type[Config], name: str) -> Range | Choices:
    """Returns what a search tries of a knob unless the user narrows it.

    - Choices: all of them.
    - A number with close bounds: the whole range.
    - A value below 1, such as a decay: its distance from 1 varies by a factor of 10 in each
      direction.
    - A value for which 0 means "off": from a ten-thousandth to a tenth of the upper bound.
    - Any other number: a factor of 10 in each direction from the default, or 4 for whole numbers,
      on a logarithmic scale.

    Args:
        config: the recipe's config class.
        name: of the knob.

    Raises:
        ConfigError: the knob does not exist or cannot be searched.
    """
    field = _searchable_field(config, name)
    if field.annotation is bool:
        return Choices((False, True))
    if known := choices(field):
        return Choices(known)
    low, high, whole = *_limits(field), field.annotation is int
    default = float(field.default)
    if bounds(field).get("lt") == 1:
        distance = 1 - default
        low = max(low, round(1 - _FACTOR * distance, _DIGITS))
        return Range(_short(low), _short(1 - distance / _FACTOR))
    if whole:
        if low >= 1 and high / low >= _WIDE:
            low, high = max(low, default / _SIZE_FACTOR), min(high, default * _SIZE_FACTOR)
            return Range(round(low), round(high), log=True, whole=True)
        return Range(round(low), round(high), whole=True)
    if "gt" in bounds(field) or 0 < default < high / _FACTOR:
        low, high = max(low, default / _FACTOR), min(high, default * _FACTOR)
        return Range(_short(low), _short(high), log=True)
    if low == 0 and high >= _FACTOR:
        # 0 turns it off; what else is usual is far below the bound.
        return Range(_short(high / _WIDE**2), _short(high / _FACTOR), log=True)
    return Range(low, high)


def read_space(config: type[Config], text: str) -> Space:
    """Reads knobs and ranges as they are written on the command line.

    `generator_learning_rate,batch_size` takes the default ranges.
    `beta_1=0:0.9,generator_learning_rate=1e-5:1e-2:log,optimiser=adam|rmsprop` narrows them;
    without `:log` or `:linear`, the scale is that of the default range, if it can be.

    Args:
        config: the recipe's config class.
        text: knobs, separated by commas.

    Raises:
        ConfigError: a knob does not exist, cannot be searched or is given twice; or its range is
            empty, reversed, outside the bounds, or not a range.
    """
    found: Space = {}
    for part in _NEXT_KNOB.split(text):
        name, equals, range_ = (one.strip() for one in part.partition("="))
        if name in found:
            raise ConfigError(f"--knobs may name {name} only once. Received: {quote(text)}.")
        usual = default_range(config, name)
        found[name] = _narrowed(config, name, usual, range_) if equals else usual
    return found


def grid(space: Mapping[str, Range | Choices], points: int) -> dict[str, list[Any]]:
    """Returns the values that a search over a grid combines, by name of the knob.

    Args:
        space: what may be tried.
        points: number of values of a range.
    """
    return {
        name: one.points(points) if isinstance(one, Range) else list(one.values)
        for name, one in space.items()
    }


def to_json(space: Mapping[str, Range | Choices]) -> dict[str, Any]:
    """Returns a space as JSON: an object of fields for a range, a list for choices."""
    return {
        name: vars(one) if isinstance(one, Range) else list(one.values)
        for name, one in space.items()
    }


def from_json(values: Mapping[str, Any]) -> Space:
    """Returns the space that `to_json` turned into JSON."""
    return {
        name: Choices(tuple(one)) if isinstance(one, list) else Range(**one)
        for name, one in values.items()
    }


def _why_not(config: type[Config], name: str) -> str:
    """Says why a knob cannot be searched; empty if it can."""
    field = config.model_fields[name]
    if meta(field)["group"] == "Data":
        return "scores of different data cannot be compared"
    if name in _OF_THE_RUN:
        return "it says how runs are made and not what they learn"
    if is_list(field) or not (is_number(field) or field.annotation is bool or choices(field)):
        return "it has neither a range nor choices"
    return ""


def _searchable_field(config: type[Config], name: str) -> FieldInfo:
    if name not in config.model_fields:
        raise ConfigError(
            f"There is no knob {quote(name)} to search. Allowed: {', '.join(searchable(config))}."
        )
    if reason := _why_not(config, name):
        raise ConfigError(
            f"{name} cannot be searched: {reason}. Allowed: {', '.join(searchable(config))}."
        )
    return config.model_fields[name]


def _limits(field: FieldInfo) -> tuple[float, float]:
    """The smallest and greatest value to try; open ends, which are not allowed, are left out."""
    limits, default = bounds(field), float(field.default)
    low = limits.get("ge", limits.get("gt", min(0.0, default)))
    high = limits.get("le", limits.get("lt", max(1.0, default * _WIDE)))
    margin = (high - low) / _WIDE
    if "gt" in limits and low != 0:
        low += margin
    if "lt" in limits:
        high -= margin
    return low, high


def _narrowed(
    config: type[Config], name: str, usual: Range | Choices, text: str
) -> Range | Choices:
    if "|" in text or isinstance(usual, Choices):
        values = [parse_value(config, name, one.strip()) for one in text.split("|")]
        if len(set(values)) < 2:
            raise ConfigError(
                f"{name} must have at least two values to search, as in "
                f"{name}={_example(usual)}. Received: {quote(text)}."
            )
        return Choices(tuple(dict.fromkeys(values)))
    low_text, _, rest = text.partition(":")
    high_text, _, scale = rest.partition(":")
    if not high_text or scale not in ("", "log", "linear"):
        raise ConfigError(
            f"{name} takes a range, as in {name}={_example(usual)}. Received: {quote(text)}."
        )
    low, high = (parse_value(config, name, one.strip()) for one in (low_text, high_text))
    if low >= high:
        raise ConfigError(
            f"The range of {name} needs two bounds, the lower first, as in "
            f"{name}={_example(usual)}. Received: {quote(text)}."
        )
    if scale == "log" and low <= 0:
        raise ConfigError(
            f"A logarithmic range of {name} must begin above 0. Received: {quote(text)}."
        )
    log = scale == "log" or (scale == "" and usual.log and low > 0)
    return Range(low, high, log, usual.whole)


def _example(usual: Range | Choices) -> str:
    if isinstance(usual, Range):
        return f"{usual.low:g}:{usual.high:g}"
    return "|".join(str(value).lower() for value in usual.values[:2])


def _short(value: float) -> float:
    """Without the digits that rounding adds, as in 0.00020000000000000004."""
    return float(f"{value:.{_DIGITS}g}")
