"""The view of one run: watch it, control it, and compare its samples with the data."""
