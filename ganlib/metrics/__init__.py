"""Scores: arrays in, floats out."""
