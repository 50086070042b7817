"""What a stored figure may be. A whole document may hold anything, when somebody else made it."""

from typing import Any, TypeGuard

# What numpy's integers hold, and what a float is made of without an overflow.
_LARGEST = 2**63 - 1


def is_count(value: Any) -> TypeGuard[int]:
    """Whether it is a number of steps, of weights or the like."""
    return is_number(value) and isinstance(value, int) and value >= 0


def is_number(value: Any) -> TypeGuard[float]:
    """Whether it is a number that a float holds; infinite and NaN ones are."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, float) or abs(value) <= _LARGEST


def is_figures(value: Any) -> TypeGuard[dict[str, float]]:
    """Whether it holds numbers by name."""
    return isinstance(value, dict) and all(is_number(item) for item in value.values())
