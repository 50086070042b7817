"""A run in a script or a notebook: its control, and what it recorded."""

import time
from contextlib import ExitStack
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganlib import recipes
from ganlib.api.html import run_html, status_text
from ganlib.api.progress import ProgressBar, in_notebook, progress_bar, show_in_background
from ganlib.errors import RunError
from ganlib.events import Checkpoint
from ganlib.runs import Manager, Run, Scores, State, Status
from ganlib.runs.mailbox import ask, wait_for_answer
from ganlib.runs.quality import own_scores
from ganlib.runs.trainers import config_at

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from ganlib.training import Generator

_POLL_S = 0.05
# Steps that a message lists.
_SHOWN_STEPS = 8


class RunHandle:
    """A run, whichever process trains it. In a notebook it shows its curves and samples.

    `ganlib.train`, `ganlib.open_run` and `ganlib.runs` return handles. A handle reads the run's
    folder again whenever it is used, so its values are always current.

    Args:
        manager: trains the run, or its folder of runs contains the run.
        run_id: id of the run.

    Attributes:
        id: the run's id.
    """

    def __init__(self, manager: Manager, run_id: str):
        self._manager = manager
        self.id = run_id
        self._shown: ProgressBar | None = None

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
        """All that the run says of itself now, such as its speed and its device."""
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

    def own_scores(self) -> Scores:
        """Returns the scores of the steps that this run made itself: a fork has its parent's too.

        They are arrays by name of the score; see `scores` for a table of all steps.
        """
        return own_scores(self._run, self._run.scores())

    def wait(self, timeout_s: float | None = None, *, progress: bool | None = None) -> State:
        """Waits until the run has ended. A paused run has not ended.

        Ctrl-C, or interrupting the kernel, ends the waiting only; the run goes on until `stop`
        or the end of the process that trains it.

        Args:
            timeout_s: maximum time; None waits without limit.
            progress: show a progress bar; see `ganlib.train`. There is never a second one.

        Returns:
            The state: "finished", "stopped" or "interrupted". After the timeout, that of a run
            which still trains.

        Raises:
            RunError: the run failed; the message says why.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        with ExitStack() as stack:
            bar = None if self._shown else self._new_bar(progress)
            if bar:
                stack.callback(bar.close)
            while (status := self.status).active:
                if bar:
                    bar.show(status)
                left = _POLL_S if deadline is None else deadline - time.monotonic()
                if left <= 0:
                    return status.state
                time.sleep(min(left, _POLL_S))
            if bar:
                bar.show(status)
        if status.state == "failed":
            raise RunError(f"Run {self.id} failed. {status.message}".rstrip())
        return status.state

    def pause(self) -> None:
        """Pauses the run, which saves a checkpoint, and returns once it is paused.

        Raises:
            RunError: the run does not train, is queued, or has not answered for 30 seconds.
        """
        if not self._manager.owns(self.id):
            ask(self._run, "pause")
            return
        self._manager.pause(self.id)
        wait_for_answer(self._run, lambda now: now.state == "paused")

    def resume(self, steps: int | None = None) -> None:
        """Continues a paused run, or a run that has ended from its newest checkpoint.

        A paused run goes on in the process that trains it, an ended one in this process.

        Args:
            steps: new total of steps of a run that has ended; None keeps the old one.

        Raises:
            RunError: the run is queued or trains already, has no steps left or no checkpoint, or
                is an example; or `steps` is given for a paused run.
            ConfigError: `steps` is not allowed, or the training would not fit in memory.
        """
        state = self.state
        if state == "paused" and steps is not None:
            raise RunError(
                f"Run {self.id} is paused; steps can be changed once it has ended. "
                f"Received: {steps:,}."
            )
        if state in ("queued", "running"):
            raise RunError(f"Run {self.id} is {state}; only a paused or ended run can be resumed.")
        if state != "paused":
            self._manager.resume(self.id, steps)
        elif self._manager.owns(self.id):
            self._manager.unpause(self.id)
            wait_for_answer(self._run, lambda now: now.state != "paused")
        else:
            ask(self._run, "unpause")

    def stop(self) -> None:
        """Stops the run with a checkpoint and returns once it has ended; see `resume`.

        A queued run of this process leaves the queue.

        Raises:
            RunError: the run does not train, is queued in another process, or has not answered for
                30 seconds.
        """
        if not self._manager.owns(self.id):
            ask(self._run, "stop")
            return
        self._manager.stop(self.id)
        wait_for_answer(self._run, lambda now: not now.active)

    def samples(self, step: int | None = None) -> np.ndarray:
        """Returns the samples saved at a step, which are all made from the same noise.

        Args:
            step: a step with samples, such as one of the index of `scores`; None for the newest.

        Returns:
            (n, *sample_shape) in the units of the data; images as uint8 from 0 to 255.

        Raises:
            RunError: there are no samples of that step.
        """
        steps = self._run.sample_steps()
        step = self._checked_step("samples", steps, step)
        return self._run.samples(step)["fixed"]

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

    def show_progress(self, progress: bool | None = None) -> None:
        """Shows a progress bar until the run ends, and returns at once.

        Args:
            progress: see `ganlib.train`.
        """
        if self._shown is None and (bar := self._new_bar(progress)):
            self._shown = bar
            show_in_background(bar, self._run.status, self._hidden)

    def _hidden(self) -> None:
        self._shown = None

    def _new_bar(self, progress: bool | None) -> ProgressBar | None:
        wanted = in_notebook() if progress is None else progress
        return progress_bar(self.name) if wanted else None

    @property
    def _run(self) -> Run:
        return self._manager.store.open(self.id)

    def _generator(self, step: int | None) -> "Generator":
        checkpoint = self._checkpoint(step)
        from ganlib.training import load_generator

        run = self._run
        config = config_at(run, checkpoint.step)
        return load_generator(recipes.get(run.recipe), config, checkpoint.state)

    def _checkpoint(self, step: int | None) -> Checkpoint:
        if step is None:
            return self._run.latest_checkpoint()
        return self._run.checkpoint(self._checked_step("checkpoints", self.checkpoints, step))

    def _checked_step(self, what: str, steps: list[int], step: int | None) -> int:
        """Returns the step, or the newest one for None."""
        if not steps:
            raise RunError(f"Run {self.id} has no {what} yet.")
        if step is None:
            return steps[-1]
        if step not in steps:
            some = [f"{one:,}" for one in steps]
            if len(some) > _SHOWN_STEPS:
                some = [*some[: _SHOWN_STEPS - 1], "...", some[-1]]
            raise RunError(f"step must be one with {what}: {', '.join(some)}. Received: {step!r}.")
        return step

    def __repr__(self) -> str:
        status = status_text(self.status)
        return f"<Run {self.id} {self.name!r} of {self.recipe}: {status}>"

    def _repr_html_(self) -> str:
        try:
            return run_html(self._run)
        except RunError as error:
            return f"<p>{escape(str(error))}</p>"
