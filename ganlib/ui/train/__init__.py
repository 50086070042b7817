"""The training pages: controls, charts and samples of one run."""
