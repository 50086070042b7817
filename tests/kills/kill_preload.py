"""Imports what takes long, once: all processes to be killed are forked from one that has it."""

import scipy.linalg
import scipy.ndimage
import scipy.stats  # noqa: F401

import ganlib.training  # noqa: F401
from ganlib import recipes
from ganlib.cli import commands  # noqa: F401

recipes.all_recipes()
