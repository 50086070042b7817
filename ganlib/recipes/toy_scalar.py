"""A small GAN on the real line: the shortest way to see one learn."""

from typing import Literal

import numpy as np
from pydantic import model_validator

from ganlib.config import RunConfig
from ganlib.data.base import Data, Scaling
from ganlib.data.distributions import (
    Distribution,
    DistributionData,
    mixture,
    parse_peaks,
    target,
)
from ganlib.knobs import inherit, knob
from ganlib.metrics.samples import scalar_scores
from ganlib.recipes.base import Latent, Source
from ganlib.recipes.toy import OWN, ToyConfig, ToyRecipe


class ScalarConfig(ToyConfig):
    """Knobs of `toy/scalar`."""

    dimensions = 1

    steps: int = inherit(RunConfig, "steps", 8_000)
    target: Literal[
        "mixture",
        "gaussian",
        "uniform",
        "exponential",
        "log-normal",
        "student-t",
        "heavy-tail",
        "die",
        "peaks",
        "own",
    ] = knob(
        "mixture",
        "The distribution to learn. own: a column of your own table.",
        group="Data",
    )
    peaks: str = knob(
        "-2:0.5:1, 0:0.25:1, 3:0.5:2",
        "For the target peaks: position:sd:weight of each peak, separated by commas.",
        group="Data",
    )
    latent_distribution: Literal["normal", "uniform"] = knob(
        "normal",
        "Distribution of the generator's noise: normal is N(0, 1), uniform is U(-1, 1).",
        group="Networks",
    )
    discriminator_learning_rate: float = inherit(RunConfig, "discriminator_learning_rate", 1e-2)

    @model_validator(mode="after")
    def _check_peaks(self) -> "ScalarConfig":
        parse_peaks(self.peaks)
        return self

    @property
    def distribution(self) -> Distribution:
        """What is to be learned, for all targets but own."""
        if self.target == "peaks":
            return mixture(parse_peaks(self.peaks))
        return target(self.target)


class ToyScalar(ToyRecipe[ScalarConfig]):
    """Learns a one-dimensional distribution."""

    name = "toy/scalar"
    title = "One number at a time"
    order = 1
    kind = "scalar"
    dataset = "1-D distributions"
    score = "w1_over_sigma"
    source = Source(
        "Goodfellow et al. 2014, figure 1; GAN Lab",
        "https://arxiv.org/abs/1406.2661",
        "our tuned values",
    )
    summary = "A generator maps one-dimensional noise to the distribution you choose."
    notes = (
        "The smallest possible GAN: one number of noise goes in, one number comes out, and the "
        "discriminator estimates how real that number looks. Both networks are small dense "
        "networks, tuned by us: the paper shows the figure and does not specify the networks. "
        "Four things keep the two networks from oscillating for ever: a discriminator with a "
        "higher learning rate, a penalty on its slope at the samples, learning rates that fall to "
        "zero along a cosine, and samples from a running average of the generator. The "
        "discriminator also gets each number as sine waves (Fourier features), because otherwise "
        "edges such as the exponential's stay blurred. Switch these off one by one and watch the "
        "histogram."
    )
    sample_count = 2_000
    # Two samples of the target itself of this size are 0.003 to 0.006 apart.
    evaluation_count = 100_000
    Config = ScalarConfig

    def known(self, config: ScalarConfig) -> tuple[Data, Scaling]:
        target = config.distribution
        return DistributionData(target), Scaling(target.mean, target.sd)

    def latent(self, config: ScalarConfig) -> Latent:
        return Latent(1, config.latent_distribution)

    def density(self, config: ScalarConfig, x: np.ndarray) -> np.ndarray | None:
        # A figure that is not told the density makes it from the samples.
        density = None if config.target == OWN else config.distribution.density
        return density(x) if density else None

    def evaluate(
        self, config: ScalarConfig, real: np.ndarray, generated: np.ndarray
    ) -> dict[str, float]:
        sd = config.summary.sds[0] if config.target == OWN else config.distribution.sd
        return scalar_scores(real, generated, sd)


RECIPE = ToyScalar()
