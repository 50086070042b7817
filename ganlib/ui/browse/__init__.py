"""The Home page and the table of runs."""
