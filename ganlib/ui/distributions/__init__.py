"""The page that compares two one-dimensional distributions."""

from ganlib.ui.distributions.page import distributions

__all__ = ["distributions"]
