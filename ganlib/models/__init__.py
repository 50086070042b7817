"""Network builders. Importing a module of this package imports Keras."""
