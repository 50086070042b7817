"""The Distributions page, which compares two one-dimensional samples."""

from ganlib.ui.compare.page import distributions

__all__ = ["distributions"]
