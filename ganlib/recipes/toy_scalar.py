"""A small GAN on the real line: the shortest way to see one learn."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from ganlib.config import GradientPenalty, RunConfig, Schedule
from ganlib.data.base import Data, Scaling
from ganlib.data.distributions import TARGETS, DistributionData
from ganlib.knobs import inherit, knob
from ganlib.metrics.samples import scalar_scores
from ganlib.recipes.base import Latent, Recipe, Source

if TYPE_CHECKING:
    import keras


class ScalarConfig(RunConfig):
    """Knobs of `toy/scalar`."""

    steps: int = inherit(RunConfig, "steps", 5_000)
    batch_size: int = inherit(RunConfig, "batch_size", 256)
    target: Literal["mixture", "gaussian", "uniform", "exponential", "log-normal"] = knob(
        "mixture", "The distribution to learn.", group="Data"
    )
    latent_distribution: Literal["normal", "uniform"] = knob(
        "normal",
        "Noise the generator starts from: normal is N(0, 1), uniform is U(-1, 1).",
        group="Networks",
    )
    hidden_units: int = knob(
        64, "Units in each hidden layer of both networks.", group="Networks", ge=1, le=2_048
    )
    hidden_layers: int = knob(3, "Hidden layers of both networks.", group="Networks", ge=1, le=8)
    gradient_penalty: GradientPenalty = inherit(RunConfig, "gradient_penalty", "r1_r2")
    gradient_penalty_weight: float = inherit(RunConfig, "gradient_penalty_weight", 0.1)
    average_decay: float = inherit(RunConfig, "average_decay", 0.995)
    generator_learning_rate: float = inherit(RunConfig, "generator_learning_rate", 1e-3)
    discriminator_learning_rate: float = inherit(RunConfig, "discriminator_learning_rate", 1e-2)
    beta_1: float = inherit(RunConfig, "beta_1", 0.0)
    beta_2: float = inherit(RunConfig, "beta_2", 0.9)
    schedule: Schedule = inherit(RunConfig, "schedule", "cosine")


class ToyScalar(Recipe[ScalarConfig]):
    """Learns a one-dimensional distribution."""

    name = "toy/scalar"
    title = "One number at a time"
    page = "toy"
    order = 1
    kind = "scalar"
    dataset = "1-D distributions"
    score = "w1_over_sigma"
    source = Source(
        "Goodfellow et al. 2014, figure 1; GAN Lab",
        "https://arxiv.org/abs/1406.2661",
        "our tuned values",
    )
    summary = "A generator bends one-dimensional noise into the distribution you choose."
    notes = (
        "The smallest GAN there is: noise with one number goes in, one number comes out, and the "
        "discriminator says how real that number looks. Both networks are small dense networks, "
        "tuned by us: the paper shows the figure and leaves the network open. What keeps the "
        "two from circling for ever: a quick discriminator, a penalty on its slope "
        "where the samples lie, learning rates that fall to zero along a cosine, and "
        "samples from a running average of the generator. Switch them off one by one and watch "
        "the histogram."
    )
    sample_count = 2_000
    evaluation_count = 20_000
    Config = ScalarConfig

    def load(self, config: ScalarConfig) -> Data:
        return DistributionData(TARGETS[config.target])

    def data_sentence(self, config: ScalarConfig) -> str:
        return self.load(config).report.sentence()

    def scaling(self, config: ScalarConfig) -> Scaling:
        target = TARGETS[config.target]
        return Scaling(target.mean, target.sd)

    def latent(self, config: ScalarConfig) -> Latent:
        return Latent(1, config.latent_distribution)

    def generator(self, config: ScalarConfig) -> "keras.Model":
        from ganlib.models.dense import mlp

        hidden = [config.hidden_units] * config.hidden_layers
        return mlp(hidden, 1, activation="leaky_relu")

    def discriminator(self, config: ScalarConfig) -> "keras.Model":
        from ganlib.models.dense import mlp

        hidden = [config.hidden_units] * config.hidden_layers
        return mlp(hidden, 1, activation="leaky_relu")

    def evaluate(
        self, config: ScalarConfig, real: np.ndarray, generated: np.ndarray
    ) -> dict[str, float]:
        return scalar_scores(real, generated, TARGETS[config.target].sd)


RECIPE = ToyScalar()
