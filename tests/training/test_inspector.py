"""What is seen of the networks between steps, against the networks themselves."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from ganlib import recipes
from ganlib.events import Samples, Started
from ganlib.training import Trainer
from ganlib.training.inspector import image_distributions, latent_grid
from tests.support.small_recipe import Small, SmallConfig

SMALL = {"steps": 3, "sample_every": 3, "batch_size": 8, "devices": "cpu"}


def trained(name: str, **knobs: Any) -> tuple[Trainer, Started, Samples]:
    recipe = recipes.get(name)
    trainer = Trainer(recipe, recipe.parse({**SMALL, **knobs}))
    started, samples = None, None
    for event in trainer.events():
        started = event if isinstance(event, Started) else started
        samples = event if isinstance(event, Samples) else samples
    assert started is not None
    assert samples is not None
    return trainer, started, samples


def logits(trainer: Trainer, points: np.ndarray) -> np.ndarray:
    scaling = trainer.recipe.scaling(trainer.config)
    model = trainer._built().discriminator
    return model(scaling.to_model(points), training=False).numpy()[:, 0]


def test_the_line_is_seen_as_the_discriminator_sees_it() -> None:
    trainer, started, samples = trained("toy/scalar", target="gaussian")
    views = samples.views
    at = views["surface_at"]
    # Around N(4, 1.25), and well beyond.
    assert at[0] < 4 - 3 * 1.25 < 4 + 3 * 1.25 < at[-1]
    assert views["surface"] == pytest.approx(logits(trainer, at[:, None]), abs=1e-5)
    assert views["scores_generated"] == pytest.approx(logits(trainer, samples.fresh), abs=1e-5)
    assert views["scores_real"] == pytest.approx(logits(trainer, started.real), abs=1e-5)
    assert started.real_views == {}


def test_the_plane_is_seen_from_its_lower_left() -> None:
    trainer, _, samples = trained("toy/plane", target="moons")
    views = samples.views
    x, y = views["surface_at"]
    assert views["surface"].shape == (len(y), len(x))
    for row, column in ((0, 0), (0, -1), (-1, 0), (20, 7)):
        (expected,) = logits(trainer, np.array([[x[column], y[row]]]))
        assert views["surface"][row, column] == pytest.approx(expected, abs=1e-5)
    # Where the latents' grid lands, column by column.
    grid = latent_grid()
    side = views["manifold"].shape[0]
    average = trainer._built().average
    landed = trainer.recipe.scaling(trainer.config).to_raw(average(grid).numpy())
    assert views["manifold"].reshape(-1, 2) == pytest.approx(landed, abs=1e-5)
    assert grid[1, 0] > grid[0, 0]
    assert grid[side, 1] > grid[0, 1]


def test_the_pull_is_the_way_the_generators_loss_falls() -> None:
    trainer, _, samples = trained(
        "toy/plane", loss="non_saturating", target="two_gaussians", octaves=0
    )
    factor = trainer.recipe.scaling(trainer.config).factor
    pull = samples.views["pull"]
    points = samples.fixed[: len(pull)].astype(np.float64)
    step = 1e-3 * factor
    for axis in (0, 1):
        moved = np.zeros(2)
        moved[axis] = step
        softplus = [
            np.logaddexp(0, -logits(trainer, (points + sign * moved).astype(np.float32)))
            for sign in (1, -1)
        ]
        slope = (softplus[0] - softplus[1]) / (2 * step / factor)
        # Bends of leaky ReLUs lie between some of the points.
        assert np.median(np.abs(pull[:, axis] + slope)) < 3e-4
    assert np.abs(pull).max() > 1e-3


def test_packs_have_one_score_each_and_no_surface() -> None:
    _, _, samples = trained("toy/scalar", packing=4)
    assert samples.views["scores_generated"].shape == (len(samples.fresh) // 4,)
    assert "surface" not in samples.views


def test_vectors_have_scores_alone() -> None:
    _, _, samples = trained("toy/gaussian-vector")
    assert set(samples.views) == {"scores_real", "scores_generated"}


def test_images_have_distributions_of_more_than_the_grid_shows() -> None:
    _, started, samples = trained("fashion/dense")
    for views, count in ((samples.views, 256), (started.real_views, 2_000)):
        assert views["ink"].shape == (count,)
        assert views["pixels"].shape == (count, 256)
        assert (views["pixels"].sum(axis=1) == 784).all()
        assert views["ink"] == pytest.approx(views["pixels"] @ np.arange(256) / 784, rel=1e-5)
    assert samples.fresh.shape == (trainer_count(), 28, 28, 1)


def trainer_count() -> int:
    return recipes.get("fashion/dense").sample_count


def test_distributions_of_images_by_hand() -> None:
    images = np.zeros((2, 2, 2, 1), np.uint8)
    images[0, 0] = 100
    found = image_distributions(images)
    assert found["ink"].tolist() == [50, 0]
    assert found["pixels"].dtype == np.uint16
    assert found["pixels"][:, [0, 100]].tolist() == [[2, 2], [4, 0]]
    assert found["pixels"].sum(axis=1).tolist() == [4, 4]
    large = np.full((1, 300, 300, 1), 7, np.uint8)
    assert image_distributions(large)["pixels"][0, 7] == 90_000


class Linear(Small):
    """Its discriminator is a product with a vector, as steep everywhere as that is long."""

    def discriminator(self, config: SmallConfig) -> keras.Model:
        return keras.Sequential([layers.Dense(1)])


@pytest.mark.parametrize("packing", [1, 2])
def test_a_linear_discriminator_is_as_steep_as_its_bound(packing: int) -> None:
    recipe = Linear()
    values = {"steps": 4, "sample_every": 4, "packing": packing, "devices": "cpu"}
    trainer = Trainer(recipe, recipe.parse(values))
    found = [event.scores for event in trainer.events() if isinstance(event, Samples)]
    kernel = trainer._built().discriminator.layers[0].kernel.numpy().astype(np.float64)
    assert kernel.shape == (2 * packing, 1)
    length = np.linalg.norm(kernel)
    assert found[-1]["lipschitz_bound"] == pytest.approx(length, rel=1e-6)
    assert found[-1]["largest_slope"] == pytest.approx(length, rel=1e-6)
    assert found[0]["largest_slope"] != pytest.approx(length, rel=1e-3)
    # A step that is only looked at has no scores.
    assert trainer.snapshot().scores == {}


def test_minibatch_discrimination_has_neither_bound_nor_slope() -> None:
    _, _, samples = trained("toy/scalar", minibatch_kernels=3, gradient_penalty="none")
    assert "w1_over_sigma" in samples.scores
    assert not {"lipschitz_bound", "largest_slope"} & samples.scores.keys()


def test_weights_that_are_not_finite_have_neither() -> None:
    trainer, _, samples = trained("toy/scalar")
    probe = trainer._inspector
    assert probe is not None
    assert probe.slopes(samples.fresh).keys() == {"lipschitz_bound", "largest_slope"}
    kernel = trainer._built().discriminator.trainable_weights[0]
    kernel.assign(np.full(kernel.shape, np.nan))
    assert probe.slopes(samples.fresh) == {}


def test_looking_changes_nothing() -> None:
    recipe = recipes.get("toy/plane")
    hashes = []
    for every in (1, 7):
        trainer = Trainer(recipe, recipe.parse({**SMALL, "steps": 7, "sample_every": every}))
        list(trainer.events())
        hashes.append(trainer.weights_sha256())
    assert hashes[0] == hashes[1]
