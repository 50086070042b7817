"""A small GAN in the plane: where mode collapse can be seen with the naked eye."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from ganlib.config import GradientPenalty, Loss, RunConfig, Schedule
from ganlib.data.base import Data, Scaling
from ganlib.data.planes import TARGETS, PlaneData
from ganlib.knobs import inherit, knob
from ganlib.metrics.samples import plane_scores
from ganlib.recipes.base import Latent, Recipe, Source

if TYPE_CHECKING:
    import keras


class PlaneConfig(RunConfig):
    """Knobs of `toy/plane`."""

    steps: int = inherit(RunConfig, "steps", 10_000)
    batch_size: int = inherit(RunConfig, "batch_size", 256)
    target: Literal["ring8", "grid25", "two_gaussians", "line", "spiral", "moons"] = knob(
        "ring8", "The distribution to learn.", group="Data"
    )
    hidden_units: int = knob(
        128, "Units in each hidden layer of both networks.", group="Networks", ge=1, le=2_048
    )
    hidden_layers: int = knob(3, "Hidden layers of both networks.", group="Networks", ge=1, le=8)
    loss: Loss = inherit(RunConfig, "loss", "relativistic")
    gradient_penalty: GradientPenalty = inherit(RunConfig, "gradient_penalty", "r1_r2")
    gradient_penalty_weight: float = inherit(RunConfig, "gradient_penalty_weight", 0.1)
    average_decay: float = inherit(RunConfig, "average_decay", 0.995)
    generator_learning_rate: float = inherit(RunConfig, "generator_learning_rate", 1e-3)
    discriminator_learning_rate: float = inherit(RunConfig, "discriminator_learning_rate", 2e-3)
    beta_1: float = inherit(RunConfig, "beta_1", 0.0)
    beta_2: float = inherit(RunConfig, "beta_2", 0.9)
    schedule: Schedule = inherit(RunConfig, "schedule", "cosine")


class ToyPlane(Recipe[PlaneConfig]):
    """Learns a two-dimensional distribution."""

    name = "toy/plane"
    title = "Points in the plane"
    page = "toy"
    order = 3
    kind = "plane"
    dataset = "2-D distributions"
    score = "marginal_w1_over_sigma"
    source = Source(
        "PacGAN and VEEGAN's protocol; GAN Lab",
        "https://arxiv.org/abs/1712.04086",
        "our tuned values",
    )
    summary = "A generator spreads two-dimensional noise over rings, grids and curves of points."
    notes = (
        "Rings and grids of narrow peaks are the classic test for mode collapse: a generator "
        "that makes only some of the peaks fools the discriminator all the same. The loss that "
        "compares each real point with a generated one, penalties on the discriminator's slope "
        "and a running average of the generator keep it from that here; take them away (loss "
        "non_saturating, penalty none, average 0) and watch peaks go missing. Distributions are "
        "those of the papers: 8 peaks on a circle of radius 1, 25 on a grid."
    )
    sample_count = 2_000
    evaluation_count = 20_000
    Config = PlaneConfig

    def load(self, config: PlaneConfig) -> Data:
        return PlaneData(TARGETS[config.target])

    def data_sentence(self, config: PlaneConfig) -> str:
        return self.load(config).report.sentence()

    def scaling(self, config: PlaneConfig) -> Scaling:
        target = TARGETS[config.target]
        return Scaling(target.centre, target.scale)

    def latent(self, config: PlaneConfig) -> Latent:
        return Latent(2)

    def generator(self, config: PlaneConfig) -> "keras.Model":
        from ganlib.models.dense import mlp

        hidden = [config.hidden_units] * config.hidden_layers
        return mlp(hidden, 2, activation="leaky_relu")

    def discriminator(self, config: PlaneConfig) -> "keras.Model":
        from ganlib.models.dense import mlp

        hidden = [config.hidden_units] * config.hidden_layers
        return mlp(hidden, 1, activation="leaky_relu")

    def evaluate(
        self, config: PlaneConfig, real: np.ndarray, generated: np.ndarray
    ) -> dict[str, float]:
        return plane_scores(real, generated, TARGETS[config.target].scale)


RECIPE = ToyPlane()
