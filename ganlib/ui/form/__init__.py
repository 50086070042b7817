"""The form of a run, made from a recipe's knobs."""
