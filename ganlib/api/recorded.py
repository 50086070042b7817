"""What a run recorded, for a script or a notebook: tables, samples and generators."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganlib.api.html import run_html, status_text
from ganlib.api.steps import checked_step
from ganlib.comparing import finite_scores
from ganlib.errors import RunError
from ganlib.metrics.directions import is_higher_better
from ganlib.runs import Run, RunStore, State, Status
from ganlib.runs.quality import own_scores
from ganlib.runs.trainers import make_generator

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from ganlib.training import Generator


class RecordedRun:
    """Reads a run; in a notebook it shows its curves and samples. See `RunHandle`.

    Args:
        store: contains the run.
        run_id: id of the run.

    Attributes:
        id: the run's id.
    """

    def __init__(self, store: RunStore, run_id: str):
        self._store = store
        self.id = run_id

    @property
    def name(self) -> str:
        """The run's name, which users may change."""
        return self._run.label().name

    @property
    def recipe(self) -> str:
        """Name of the recipe, such as "mnist/dcgan"."""
        return self._run.recipe

    @property
    def settings(self) -> dict[str, Any]:
        """Value of each knob by name when the run was created."""
        return dict(self._run.values)

    @property
    def folder(self) -> Path:
        """The folder that keeps the run."""
        return self._run.path

    @property
    def status(self) -> Status:
        """The current status: state, progress, speed, device and latest scores."""
        return self._run.status()

    @property
    def state(self) -> State:
        """ "queued", "running", "paused", "stopped", "finished", "failed" or "interrupted"."""
        return self.status.state

    @property
    def step(self) -> int:
        """Generator updates so far."""
        return self.status.step

    @property
    def steps(self) -> int:
        """Total generator updates."""
        return self.status.steps

    @property
    def metrics(self) -> "pd.DataFrame":
        """The metrics of every step: an index "step" and columns such as "generator_loss".

        The column "time_s" has the seconds of training without pauses.
        """
        import pandas as pd

        history = self._run.history()
        columns = {name: history[name] for name in history.columns if name != "step"}
        return pd.DataFrame(columns, index=pd.Index(history.step, name="step"))

    @property
    def scores(self) -> "pd.DataFrame":
        """The scores of the saved samples: an index "step" and columns such as "frechet".

        A score that was not computed at a step is NaN.
        """
        import pandas as pd

        scores = self._run.scores()
        return pd.DataFrame(scores.values, index=pd.Index(scores.step, name="step"))

    def best_score(self, score: str) -> float | None:
        """Returns the best value of a score at any saved step; None if there is none.

        It is the lowest, except of scores such as "coverage" where higher is better. A fork's
        steps before it was forked do not count.

        Args:
            score: name of a score, a column of `scores`.
        """
        run = self._run
        values = finite_scores(own_scores(run, run.scores()), score)[1]
        if not len(values):
            return None
        return float(values.max() if is_higher_better(score) else values.min())

    def samples(self, step: int | None = None) -> np.ndarray:
        """Returns the samples saved at a step, which are all made from the same noise.

        Args:
            step: a step with samples, such as one of the index of `scores`; None for the newest.

        Returns:
            (n, *sample_shape) in the units of the data; images as uint8 from 0 to 255.

        Raises:
            RunError: there are no samples of that step.
        """
        run = self._run
        return run.samples(checked_step("samples", self.id, run.sample_steps(), step))["fixed"]

    def generator(self, step: int | None = None) -> "keras.Model":
        """Returns the generator as a Keras model, from (n, latent size) noise to samples.

        Samples are in the units of the networks, images from -1 to 1 in most recipes; `generate`
        converts them. Imports TensorFlow.

        Args:
            step: a step with a checkpoint; None for the newest. See `checkpoints`.

        Raises:
            RunError: there is no checkpoint of that step.
        """
        return self._generator(step).model

    def generate(self, count: int, *, seed: int = 0, step: int | None = None) -> np.ndarray:
        """Generates new samples. Imports TensorFlow.

        Args:
            count: number of samples, at least 1.
            seed: another seed gives other samples.
            step: see `generator`.

        Returns:
            (count, *sample_shape) in the units of the data; images as uint8 from 0 to 255.

        Raises:
            RunError: there is no checkpoint of that step, or `count` is below 1.
        """
        if count < 1:
            raise RunError(f"count must be a whole number from 1. Received: {count}.")
        return self._generator(step).generate(count, seed)

    @property
    def checkpoints(self) -> list[int]:
        """The steps that have a checkpoint, in order."""
        return self._run.checkpoint_steps()

    @property
    def _run(self) -> Run:
        return self._store.open(self.id)

    def _generator(self, step: int | None) -> "Generator":
        if step is not None:
            step = checked_step("checkpoints", self.id, self.checkpoints, step)
        return make_generator(self._run, step)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordedRun) and self.folder == other.folder

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        status = status_text(self.status)
        return f"<Run {self.id} {self.name!r} of {self.recipe}: {status}>"

    def _repr_html_(self) -> str:
        try:
            return run_html(self._run)
        except RunError as error:
            return f"<p>{escape(str(error))}</p>"
