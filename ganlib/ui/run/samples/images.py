"""Grids of images."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st

from ganlib.errors import ConfigError, RunError
from ganlib.recipes import Recipe
from ganlib.runs import Run
from ganlib.tiles import grid_columns, grid_png, is_images, tiles_png
from ganlib.ui.components.download import download_button
from ganlib.ui.components.grid import image_grid
from ganlib.ui.run.samples.kind import SampleKind
from ganlib.ui.server.reading import Reading


class ImageSamples(SampleKind):
    """Generated images next to real ones."""

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

    def draw(self, reading: Reading, step: int) -> None:
        """See `SampleKind`."""
        run, recipe = reading.run, reading.recipe
        noise: Any = "fresh" if st.session_state.get("samples.fresh") else "fixed"
        # At 1440 pixels, that is room for three times and for twice the size of the images.
        generated, real = st.columns([3, 2], gap="small")
        detail = _detail(recipe, run, step)
        with generated:
            image_grid(
                reading.cached(("grid", step, noise), lambda: _tiles(run.samples(step)[noise])),
                key="grid.generated",
                alt=f"Generated images at step {step:,}",
                caption=f"Generated at step {step:,}{detail and ' · ' + detail}",
            )
        with real:
            image_grid(
                # The discriminator's view of them changes with what is said of the step.
                reading.cached(("real", detail), lambda: _tiles(_real(recipe, run, step))),
                key="grid.real",
                alt="Real images",
                caption="Real",
            )

    def draw_new(self, run: Run, samples: np.ndarray) -> None:
        """See `SampleKind`."""
        image_grid(_tiles(samples), key="grid.more", alt="Newly generated images", caption="")

    def download_newest(self, run: Run) -> None:
        """See `SampleKind`."""
        newest = run.sample_steps()[-1]
        name = f"{run.id}-{newest:08d}"
        self._download("Newest grid", lambda: run.samples(newest)["fixed"], name)

    def download_new(self, samples: np.ndarray, name: str) -> None:
        """See `SampleKind`."""
        self._download("Download", lambda: samples, name)

    def _download(self, label: str, samples: Callable[[], np.ndarray], name: str) -> None:
        def make() -> bytes:
            return grid_png(_images(samples()))

        download_button(f"{label} (PNG)", make, f"{name}.png", "image/png")


def _tiles(samples: np.ndarray) -> bytes:
    """Returns a grid of stored samples as PNG, which the browser scales by a whole factor.

    Raises:
        RunError: the samples are of another kind.
    """
    return tiles_png(_images(samples), columns=grid_columns(len(samples)), gap=1)


def _images(samples: np.ndarray) -> np.ndarray:
    if not is_images(samples):
        raise RunError("The stored samples are not images.")
    return samples


def _real(recipe: Recipe, run: Run, step: int) -> np.ndarray:
    with suppress(ConfigError):
        return recipe.real_at(run.config, step, run.real())
    return run.real()


def _detail(recipe: Recipe, run: Run, step: int) -> str:
    # The samples can be shown even if the recipe no longer accepts the run's settings.
    with suppress(ConfigError):
        return recipe.caption(run.config, step)
    return ""
