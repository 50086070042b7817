"""The entry page of a family of recipes: choose a recipe and data, and start a run."""
