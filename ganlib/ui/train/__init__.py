"""The pages that train: controls, charts and samples of one run."""
