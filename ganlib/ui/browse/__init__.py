"""The home page and the table of runs."""
