"""Grids of images."""

from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from ganlib.errors import ConfigError
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.runs.images import encode_grid
from ganlib.ui.components.grid import image_grid
from ganlib.ui.server.reading import Reading
from ganlib.ui.train.samples.kind import SampleKind, SamplesFile


class ImageSamples(SampleKind):
    """Generated images next to real ones."""

    picture = "a grid of images"
    has_single_steps = False

    def options(self, reading: Reading) -> None:
        """See `SampleKind`."""
        st.toggle(
            "Fresh noise at every step",
            key="samples.fresh",
            persist_state="session",
            help="Off: the same noise at every step, so that you can watch each image develop. "
            "On: new noise at every step, which shows how much the generated images differ.",
        )

    def draw(self, recipe: Recipe, reading: Reading, step: int) -> None:
        """See `SampleKind`."""
        run = reading.run
        noise: Any = "fresh" if st.session_state.get("samples.fresh") else "fixed"
        generated, real = st.columns(2, gap="small")
        with generated:
            image_grid(
                reading.cached(("grid", step, noise), lambda: run.sample_grid(step, noise)),
                key="grid.generated",
                alt=f"Generated images at step {step:,}",
                caption=_caption(recipe, run, step),
            )
        with real:
            image_grid(
                reading.cached("real_grid", run.real_grid),
                key="grid.real",
                alt="Real images",
                caption="Real",
            )

    def draw_new(self, run: Run, samples: np.ndarray) -> None:
        """See `SampleKind`."""
        with st.columns(2, gap="small")[0]:
            image_grid(
                encode_grid(samples), key="grid.more", alt="Newly generated images", caption="New"
            )

    def newest_file(self, run: Run) -> SamplesFile:
        """See `SampleKind`."""
        newest = run.sample_steps()[-1]
        content = partial(run.sample_grid, newest)
        return SamplesFile("Newest grid (PNG)", content, f"-{newest:08d}.png", "image/png")


def _caption(recipe: Recipe, run: Run, step: int) -> str:
    text = f"Generated at step {step:,}"
    # The samples can be shown even if the recipe no longer accepts the run's settings.
    with suppress(ConfigError):
        if more := recipe.caption(recipe.parse(dict(run.config)), step):
            text += f" · {more}"
    return text
