"""The tab with the downloads of a run."""

import json
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import streamlit as st

from ganlib import recipes
from ganlib.runs import Run
from ganlib.ui.components.download import download_button
from ganlib.ui.run.samples import kind_of


@st.fragment
def files_tab(run: Run) -> None:
    """Shows downloads of metrics, samples, weights and settings, each created on request.

    Args:
        run: the shown run.
    """
    with st.container(horizontal=True):
        download_button("Metrics (CSV)", partial(metrics_csv, run), f"{run.id}.csv", "text/csv")
        if len(run.scores()):
            name = f"{run.id}-scores.csv"
            download_button("Scores (CSV)", partial(scores_csv, run), name, "text/csv")
        if run.sample_steps():
            kind_of(recipes.get(run.recipe)).download_newest(run)
        if run.checkpoint_steps():
            download_button(
                "Generator weights (Keras .weights.h5)",
                partial(generator_weights, run),
                f"{run.id}.weights.h5",
                "application/octet-stream",
            )
        download_button(
            "Settings (JSON)", partial(config_json, run), f"{run.id}.json", "application/json"
        )
    st.markdown(f"All files, with TensorBoard's event files, are in the folder `{run.path}`.")


def metrics_csv(run: Run) -> str:
    """Returns the metrics of all steps as CSV: a header line, then one line per step."""
    history = run.history()
    first = {"step": history.step, "time_s": history.time_s}
    return _csv({**first, **{name: history[name] for name in history.names}})


def scores_csv(run: Run) -> str:
    """Returns the scores of the saved steps as CSV; empty where a step has no such score."""
    scores = run.scores()
    return _csv({"step": scores.step, **scores.values})


def _csv(columns: Mapping[str, np.ndarray]) -> str:
    import pandas as pd

    text: str = pd.DataFrame(columns).to_csv(index=False, lineterminator="\r\n")
    return text


def config_json(run: Run) -> str:
    """Returns the recipe and all settings as JSON, from which the run can be repeated."""
    return json.dumps({"recipe": run.recipe, "config": run.values}, indent=2)


def generator_weights(run: Run) -> bytes:
    """Returns the generator's weights as a file for `keras.Model.load_weights`."""
    from ganlib.training import load_generator

    recipe = recipes.get(run.recipe)
    generator = load_generator(recipe, run.config, run.latest_checkpoint().state)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "generator.weights.h5"
        generator.save_weights(path)
        return path.read_bytes()
