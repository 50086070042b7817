"""The page that compares two one-dimensional distributions."""

from ganlib.ui.compare.page import distributions

__all__ = ["distributions"]
