"""Finds what is registered by being there: recipes and datasets, one file each."""

import importlib
import pkgutil
from typing import Any


def discover(package: str, attribute: str) -> list[Any]:
    """What each module of a package calls `attribute`; modules without one are left out.

    Args:
        package: dotted name of the package.
        attribute: such as "RECIPE".
    """
    folder = importlib.import_module(package).__path__
    modules = [
        importlib.import_module(f"{package}.{found.name}") for found in pkgutil.iter_modules(folder)
    ]
    return [getattr(module, attribute) for module in modules if hasattr(module, attribute)]
