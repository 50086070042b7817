"""Checks numbers read from JSON: an intact file may still contain values of any type."""

from typing import Any, TypeGuard

# Fits in numpy's int64 and converts to float without an overflow.
_MAX_INT = 2**63 - 1


def is_count(value: Any) -> TypeGuard[int]:
    """True if the value is a non-negative integer, such as a number of steps."""
    return is_number(value) and isinstance(value, int) and value >= 0


def is_number(value: Any) -> TypeGuard[float]:
    """True if the value is a number that fits in a float. Infinity and NaN count as numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, float) or abs(value) <= _MAX_INT


def is_number_dict(value: Any) -> TypeGuard[dict[str, float]]:
    """True if the value maps names to numbers."""
    return isinstance(value, dict) and all(is_number(item) for item in value.values())
