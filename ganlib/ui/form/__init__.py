"""The settings form of a run, generated from the recipe's knobs."""
