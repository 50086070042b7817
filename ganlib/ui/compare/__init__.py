"""The Compare page, for any number of runs."""
