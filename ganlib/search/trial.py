"""Trains the runs of one trial, and tells the study their value."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import numpy as np

from ganlib.config import RunConfig
from ganlib.errors import ConfigError, DataError, RunError, UserError
from ganlib.events import Event, Samples
from ganlib.runs import Run, RunControl, RunStore, execute, make_trainer, queue_again
from ganlib.runs.quality import own_scores
from ganlib.runs.trainers import MakeTrainer, check_memory
from ganlib.runs.view import Scores
from ganlib.search.claims import RUN_ID, Claim, run_ids
from ganlib.search.objectives import TIME, value_at_end
from ganlib.search.settings import Settings

if TYPE_CHECKING:
    from optuna import Study, Trial

# Key of the sentence that says why a trial failed or was pruned.
REASON = "reason"
Outcome = Literal["finished", "pruned", "failed", "interrupted"]
_STATES = {"pruned": "PRUNED", "failed": "FAIL"}


class _LostRunError(UserError):
    """A run of a trial cannot continue, because it is damaged."""


class Stopper:
    """Stops a worker, and the run that it trains, with a checkpoint."""

    def __init__(self) -> None:
        self.stopped = False
        self._control: RunControl | None = None

    def stop(self) -> None:
        """Stops after the current step; safe in any thread and in signal handlers."""
        self.stopped = True
        if self._control is not None:
            self._control.send("interrupt")

    def new_control(self) -> RunControl:
        """Returns the control of the next run."""
        control = RunControl(attended=False)
        self._control = control
        if self.stopped:
            control.send("interrupt")
        return control


def run_trial(
    study: "Study",
    settings: Settings,
    store: RunStore,
    claimed: Claim,
    stopper: Stopper,
    make_trainer: MakeTrainer = make_trainer,
    *,
    memory_share: int = 1,
) -> Outcome:
    """Trains the runs of a trial one after another, and reports the result to the study.

    A trial that another process has begun continues from the checkpoint of its run.

    Args:
        study: the study.
        settings: its settings.
        store: store of the runs.
        claimed: the trial.
        stopper: interrupts the trial, which can be continued later.
        make_trainer: see `ganlib.runs.execute`.
        memory_share: number of trials that are trained at the same time and share the memory
            equally.
    Returns:
        "finished", "pruned" or "failed"; "interrupted" if `stopper` stopped it.

    Raises:
        RunError: the folder of runs cannot be written to, or a run is in use.
    """
    import optuna

    trial, values = claimed.trial, []
    for number in range(settings.seeds):
        outcome: Outcome
        try:
            config = settings.config(claimed.knobs, number)
            run = _ready_run(trial, settings, store, config, number, memory_share)
            pruned = ""
            if run.lock.held:
                control = stopper.new_control()
                # The other seeds would report values of the same steps again.
                prune = settings.prune and number == 0
                watch = _Pruner(trial, settings, run, control) if prune else None
                execute(run, make_trainer, control, watch)
                pruned = watch.reason if watch is not None else ""
            outcome, reason = _outcome(run, pruned)
            found = _values(run, settings) if outcome == "finished" else None
        except (ConfigError, DataError, _LostRunError) as error:
            outcome, reason, found = "failed", str(error), None
        if outcome == "interrupted":
            return outcome
        if outcome == "finished" and found is None:
            outcome, reason = "failed", "Its samples have no finite score."
        if found is None:
            trial.set_user_attr(REASON, reason)
            study.tell(trial, state=optuna.trial.TrialState[_STATES[outcome]])
            return outcome
        values.append(found)
    study.tell(trial, [float(one) for one in np.mean(values, axis=0)])
    return "finished"


def _ready_run(
    trial: "Trial",
    settings: Settings,
    store: RunStore,
    config: RunConfig,
    number: int,
    memory_share: int,
) -> Run:
    """The run of a trial and seed; its lock is held if it still has to be trained."""
    run = _existing_run(trial, settings, store, config, number)
    if run is None:
        check_memory(settings.recipe, config, memory_share)
        tags = study_tags(trial.study.study_name, trial.number)
        run = store.create(settings.recipe, config, tags=tags)
    elif run.status().state not in ("finished", "stopped", "failed"):
        run = store.claim(run.id)
        try:
            queue_again(run)
        except RunError as error:
            run.lock.release()
            raise _LostRunError(str(error)) from None
    _attach(trial, settings, run.id, number)
    return run


def _outcome(run: Run, pruned: str) -> tuple[Outcome, str]:
    """What became of a run, and why; `pruned` says why this process has stopped it."""
    status = run.status()
    if status.state == "stopped":
        return "pruned", pruned or "Its run was stopped."
    if status.state == "failed":
        return "failed", status.message or "Its run failed."
    return ("finished", "") if status.state == "finished" else ("interrupted", "")


def study_tags(study: str, number: int) -> tuple[str, str]:
    """Returns the tags of the runs of a trial.

    Args:
        study: name of the study.
        number: of the trial.
    """
    return study, f"trial {number}"


class _Pruner:
    """Reports the scores of a run while it trains, and stops it when it is worse than others."""

    def __init__(self, trial: "Trial", settings: Settings, run: Run, control: RunControl):
        self.reason = ""
        self._trial, self._control = trial, control
        self._name = settings.objectives[0].name
        before = trial.study.get_trials(deepcopy=False)[trial.number]
        self._reported = set(before.intermediate_values)
        scores = run.scores()
        known = scores.values.get(self._name, np.full(len(scores), np.nan))
        self._scores = dict(zip(scores.step.tolist(), known.tolist(), strict=True))

    def __call__(self, event: Event) -> None:
        """Reports the score of saved samples, and stops the run if it is pruned."""
        if not isinstance(event, Samples) or not event.step or self._control.stop_requested:
            return
        self._scores[event.step] = event.scores.get(self._name, np.nan)
        steps = [step for step in sorted(self._scores) if step <= event.step]
        so_far = Scores(np.array(steps), {self._name: np.array([self._scores[s] for s in steps])})
        value = value_at_end(so_far, self._name)
        if value is None:
            return
        import optuna

        # Training goes on if the database is busy for too long.
        with suppress(optuna.exceptions.StorageInternalError):
            # A run that continues from a checkpoint makes some steps again.
            if event.step not in self._reported:
                self._trial.report(value, event.step)
            if self._trial.should_prune():
                self.reason = (
                    f"At step {event.step:,}, its score was worse than that of other trials."
                )
                self._control.send("stop")


def _existing_run(
    trial: "Trial", settings: Settings, store: RunStore, config: RunConfig, number: int
) -> Run | None:
    """The run that a process has begun before it died; None if there is none.

    A run has its tags from the moment it exists, so that it is found even if the process died
    before it could write the run's id to the study.
    """
    ids: Sequence[str] = run_ids(trial.user_attrs)[number : number + 1]
    if not ids:
        wanted = set(study_tags(trial.study.study_name, trial.number))
        ids = [
            row.id
            for row in store.list()
            if wanted <= set(row.label.tags)
            and row.recipe == settings.recipe
            and row.parent is None
            and row.values.get("seed") == config.seed
        ]
    with suppress(RunError):
        return store.open(ids[0]) if ids else None
    return None


def _attach(trial: "Trial", settings: Settings, run_id: str, number: int) -> None:
    """Writes the id of a run to its trial."""
    before = run_ids(trial.user_attrs)
    ids = [*before[:number], run_id, *before[number + 1 :]]
    if ids != before:
        trial.set_user_attr(RUN_ID, ids[0] if settings.seeds == 1 else ids)


def _values(run: Run, settings: Settings) -> list[float] | None:
    """The value of each objective; None if one is missing."""
    scores, found = own_scores(run, run.scores()), []
    for one in settings.objectives:
        is_time = one.name == TIME
        value = run.status().elapsed_s if is_time else value_at_end(scores, one.name)
        if value is None:
            return None
        found.append(value)
    return found
