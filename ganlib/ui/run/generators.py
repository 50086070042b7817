"""Trained generators in the session state, rebuilt from checkpoints."""

from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from ganlib import recipes
from ganlib.errors import UserError
from ganlib.runs import Run
from ganlib.ui.server.server import server

if TYPE_CHECKING:
    from ganlib.training import Generator

_KEPT = 4


def keep_generator(run: Run) -> None:
    """Loads the generator of a finished or stopped run into the session, if TensorFlow is ready."""
    if server().tensorflow_loaded.is_set() and run.checkpoint_steps():
        # An error in the checkpoint is shown when the user requests samples.
        with suppress(UserError):
            generator_of(run)


def generator_of(run: Run) -> "Generator":
    """Returns this session's generator with the latest weights of a run.

    Raises:
        RunError: the run has no checkpoint that can be read.
    """
    from ganlib.training import load_generator

    step = run.checkpoint_steps()[-1:]
    kept: dict[str, tuple[list[int], Generator]] = st.session_state.setdefault("generators", {})
    if run.id not in kept or kept[run.id][0] != step:
        recipe = recipes.get(run.recipe)
        kept[run.id] = step, load_generator(recipe, run.config, run.latest_checkpoint().state)
        while len(kept) > _KEPT:
            del kept[next(iter(kept))]
    return kept[run.id][1]
