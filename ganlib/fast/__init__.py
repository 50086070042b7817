"""Layers and optimisers that give the same numbers as those of Keras, faster."""
