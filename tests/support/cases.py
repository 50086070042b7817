"""Parametrised tests that `make test` runs for a few cases and `make test-all` for all."""

from collections.abc import Iterable
from typing import Any

import pytest
from _pytest.mark import ParameterSet


def slow_but(fast: Iterable[Any], cases: Iterable[Any]) -> list[ParameterSet]:
    """Cases of `pytest.mark.parametrize`, all but some of which are slow.

    Args:
        fast: cases for `make test`, each of which must be among `cases`.
        cases: all of them; a tuple is one case of several arguments.

    Example:
        >>> slow_but(["toy/scalar"], ["toy/scalar", "mnist/dcgan"])[1].marks
        (MarkDecorator(mark=Mark(name='slow', args=(), kwargs={})),)
    """
    found, fast = list(cases), list(fast)
    if missing := [case for case in fast if case not in found]:
        raise ValueError(f"There are no cases {missing} among {found}.")
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            marks=() if case in fast else pytest.mark.slow,
        )
        for case in found
    ]
