"""The Distributions page, which compares two one-dimensional samples."""
