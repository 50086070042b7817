"""A small GAN in the plane: where mode collapse can be seen with the naked eye."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import model_validator

from ganlib.config import Loss, RunConfig
from ganlib.data.base import Data, Scaling
from ganlib.data.drawing import drawn_plane, parse_drawing
from ganlib.data.planes import TARGETS, Plane, PlaneData
from ganlib.knobs import inherit, knob
from ganlib.metrics.modes import mode_scores
from ganlib.metrics.samples import plane_scores
from ganlib.recipes.base import Latent, Source
from ganlib.recipes.toy import OWN, ToyConfig, ToyRecipe


class PlaneConfig(ToyConfig):
    """Knobs of `toy/plane`."""

    dimensions = 2
    presets: ClassVar[dict[str, dict[str, object]]] = {
        "cured": {},
        "plain GAN": {
            "steps": 5_000,
            "loss": "non_saturating",
            "gradient_penalty": "none",
            "average_decay": 0.0,
            "schedule": "constant",
            # Low enough to show mode collapse: 15 of 16 runs ended on one to four peaks, one on
            # none. At 2e-4, two of four ended on none.
            "generator_learning_rate": 1e-4,
            "discriminator_learning_rate": 5e-5,
            "beta_1": 0.5,
            "beta_2": 0.999,
        },
    }

    preset: Literal["cured", "plain GAN"] = knob(
        "cured",
        "The plain GAN has the same networks, the classic loss and lower learning rates, and none "
        "of the techniques against mode collapse: it misses half of the peaks or more, often all "
        "but one.",
        group="Run",
    )
    steps: int = inherit(RunConfig, "steps", 15_000)
    target: Literal[
        "ring8",
        "grid25",
        "two_gaussians",
        "line",
        "spiral",
        "moons",
        "drawn",
        "own",
    ] = knob(
        "ring8",
        "The distribution to learn. drawn: you draw it; own: two columns of your own table.",
        group="Data",
    )
    drawing: str = knob(
        "",
        "For the target drawn: strokes, as points x,y from -1 to 1 with spaces between them, and "
        "semicolons between strokes.",
        group="Data",
    )
    generator_units: int = inherit(ToyConfig, "generator_units", 192)
    generator_layers: int = inherit(ToyConfig, "generator_layers", 4)
    discriminator_units: int = inherit(ToyConfig, "discriminator_units", 128)
    octaves: int = inherit(ToyConfig, "octaves", 5)
    loss: Loss = inherit(RunConfig, "loss", "relativistic")
    discriminator_learning_rate: float = inherit(RunConfig, "discriminator_learning_rate", 2e-3)
    gradient_penalty_weight: float = inherit(ToyConfig, "gradient_penalty_weight", 0.02)

    @model_validator(mode="after")
    def _check_drawing(self) -> "PlaneConfig":
        strokes = parse_drawing(self.drawing)
        if self.target == "drawn" and not strokes:
            raise ValueError(
                'drawing must have at least one point if the target is "drawn". Received: none.'
            )
        return self

    @property
    def plane(self) -> Plane:
        """What is to be learned, for all targets but own."""
        return (
            drawn_plane(parse_drawing(self.drawing))
            if self.target == "drawn"
            else TARGETS[self.target]
        )


class ToyPlane(ToyRecipe[PlaneConfig]):
    """Learns a two-dimensional distribution."""

    name = "toy/plane"
    title = "Points in the plane"
    order = 3
    kind = "plane"
    dataset = "2-D distributions"
    score = "sliced_w1_over_sigma"
    score_floor = "sliced_w1_floor"
    source = Source(
        "PacGAN and VEEGAN's protocol; GAN Lab",
        "https://arxiv.org/abs/1712.04086",
        "our tuned values",
    )
    summary = "A generator maps two-dimensional noise to points on rings, grids and curves."
    notes = (
        "Rings and grids of narrow peaks are the classic test for mode collapse: a generator that "
        "produces only some of the peaks can still fool the discriminator. Here, a loss that "
        "compares each real point with a generated one, penalties on the discriminator's slope "
        "and a running average of the generator prevent that. The preset *plain GAN* leaves them "
        "out: watch peaks go missing. The discriminator also gets each point as sine waves "
        "(Fourier features), because otherwise it cannot resolve narrow peaks; the generator uses "
        "relu, which learns the steep slopes between two peaks soonest. The distributions are "
        "those of the papers: 8 peaks on a circle of radius 1, 25 on a grid."
    )
    sample_count = 2_000
    evaluation_count = 20_000
    Config = PlaneConfig

    def known(self, config: PlaneConfig) -> tuple[Data, Scaling]:
        target = config.plane
        return PlaneData(target), Scaling(target.centre, target.scale)

    def latent(self, config: PlaneConfig) -> Latent:
        return Latent(2)

    def peaks(self, config: PlaneConfig) -> int:
        return 0 if config.target == OWN else len(config.plane.modes)

    def evaluate(
        self, config: PlaneConfig, real: np.ndarray, generated: np.ndarray
    ) -> dict[str, float]:
        if config.target == OWN:
            return plane_scores(real, generated, config.summary.sds)
        target = config.plane
        scores = plane_scores(real, generated, target.scale)
        if target.modes:
            scores |= mode_scores(generated, np.array(target.modes), target.sd)
        return scores


RECIPE = ToyPlane()
