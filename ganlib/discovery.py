"""Finds recipes and datasets, which are registered by the presence of their files."""

import importlib
import pkgutil
from typing import Any


def discover(package: str, attribute: str) -> list[Any]:
    """Imports all modules of a package and collects an attribute of each.

    Args:
        package: dotted name of the package.
        attribute: name, such as "RECIPE". Modules without it are left out.
    """
    folder = importlib.import_module(package).__path__
    modules = [
        importlib.import_module(f"{package}.{found.name}") for found in pkgutil.iter_modules(folder)
    ]
    return [getattr(module, attribute) for module in modules if hasattr(module, attribute)]
