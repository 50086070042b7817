"""What the buttons under Files give."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from ganlib import recipes
from ganlib.runs import RunStore
from ganlib.tiles import grid_png
from tests.support.dashboard import Dashboard

STEPS = 6


def test_downloads_of_a_toy_run(dashboard: Dashboard, store: RunStore, tmp_path: Path) -> None:
    tab = dashboard
    tab.open("/toy")
    tab.set_knobs("toy/scalar", steps=STEPS, sample_every=3, seed=5)
    run = store.open(tab.start())
    expect(tab.status).to_contain_text("Finished")
    tab.page.get_by_role("tab", name="Files").click()

    metrics = list(csv.reader(_download(tab, "Metrics", tmp_path).read_text().splitlines()))
    history = run.history()
    assert metrics[0] == ["step", "time_s", *history.names]
    assert [int(row[0]) for row in metrics[1:]] == list(range(1, STEPS + 1))
    column = metrics[0].index("generator_loss")
    assert [float(row[column]) for row in metrics[1:]] == history["generator_loss"].tolist()

    samples = np.loadtxt(_download(tab, "Newest samples", tmp_path), delimiter=",", skiprows=1)
    np.testing.assert_allclose(samples, run.samples(STEPS)["fresh"].ravel(), rtol=1e-6)

    settings = json.loads(_download(tab, "Settings", tmp_path).read_text())
    assert settings == {"recipe": "toy/scalar", "config": run.values}
    config = recipes.get("toy/scalar").parse(settings["config"])
    assert (config.steps, config.sample_every, config.seed) == (STEPS, 3, 5)

    _check_weights(_download(tab, "Generator weights", tmp_path), run)


@pytest.mark.slow
def test_downloads_of_an_image_run(dashboard: Dashboard, store: RunStore, tmp_path: Path) -> None:
    tab = dashboard
    tab.open("/mnist")
    tab.choose_recipe("mnist", "fashion/dense")
    tab.set_knobs("fashion/dense", steps=1, batch_size=2)
    run = store.open(tab.start())
    expect(tab.status).to_contain_text("Finished")
    tab.page.get_by_role("tab", name="Files").click()

    picture = _download(tab, "Newest grid", tmp_path).read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert picture == grid_png(run.samples(1)["fixed"])

    _check_weights(_download(tab, "Generator weights", tmp_path), run)


def _download(tab: Dashboard, label: str, folder: Path) -> Path:
    with tab.page.expect_download() as started:
        tab.page.get_by_test_id("stDownloadButton").filter(has_text=label).locator(
            "button:visible"
        ).click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def _check_weights(path: Path, run) -> None:
    """They are the last generator's: loaded into a network built anew, they draw its samples."""
    from ganlib.training.generator import Generator
    from ganlib.training.networks import build_generator
    from ganlib.training.randomness import RandomStream

    assert path.name == f"{run.id}.weights.h5"
    recipe = recipes.get(run.recipe)
    config = run.config
    model = build_generator(recipe, config)
    model.load_weights(path)
    generator = Generator(model, recipe, config)
    latents = generator.latents(recipe.sample_count, RandomStream.FIXED_LATENTS)
    drawn = generator.samples(latents).astype(float)
    saved = run.samples(run.sample_steps()[-1])["fixed"].astype(float)
    # Images are rounded to whole numbers, so that the last bit can make a difference of 1.
    np.testing.assert_allclose(drawn, saved, rtol=1e-4, atol=1 if recipe.kind == "image" else 1e-5)
