"""`toy/broken`: raises what nobody has thought of, at the second saved step."""

from typing import ClassVar

import numpy as np

from ganlib.recipes.toy_scalar import ScalarConfig, ToyScalar


class ToyBroken(ToyScalar):
    """`toy/scalar` with a fault of its own."""

    name = "toy/broken"
    title = "Broken"
    order = 99
    scored: ClassVar[int] = 0

    def evaluate(
        self, config: ScalarConfig, real: np.ndarray, generated: np.ndarray
    ) -> dict[str, float]:
        type(self).scored += 1
        # The first eight scores are those of real samples, then comes step 0.
        if self.scored == 10:
            raise ZeroDivisionError("the scale\nhas no pans")
        return super().evaluate(config, real, generated)


RECIPE = ToyBroken()
