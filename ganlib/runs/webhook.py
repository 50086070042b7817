"""Posts to the address in GANLIB_WEBHOOK when a run ends or collapses.

This is independent of GANLIB_OFFLINE, which forbids downloads.
"""

import atexit
import math
import os
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import requests

from ganlib import recipes
from ganlib.data.download import is_web_address
from ganlib.diagnosis import describe_modes, has_collapsed
from ganlib.errors import UserError, quote
from ganlib.events import Event
from ganlib.runs.delivery import Delivery, Message, masked
from ganlib.runs.identity import utc_now
from ganlib.runs.run import Run
from ganlib.runs.status import Status

WEBHOOK = "GANLIB_WEBHOOK"
DASHBOARD = "GANLIB_URL"
# Time for what is unsent when the process ends.
_FLUSH_S = 5.0
# No collapse is posted in this first share of the steps: an untrained generator may cover one peak.
_WARM_UP = 0.05

DELIVERY = Delivery()


# Registered before a server registers the end of its runs, so that it is called after that.
@atexit.register
def _flush() -> None:
    DELIVERY.flush(_FLUSH_S)


def check_addresses() -> None:
    """Checks both variables before a run or a server starts.

    Raises:
        UserError: GANLIB_WEBHOOK or GANLIB_URL is set and not an http or https address.
    """
    for variable in (WEBHOOK, DASHBOARD):
        url = os.environ.get(variable)
        if url and not _can_be_requested(url):
            raise UserError(
                f"{variable} must be an address that begins with http:// or https://. "
                f"Received: {quote(masked(url))}."
            )


class Webhook:
    """Posts what happens in one session of a run; does nothing without GANLIB_WEBHOOK.

    Posts the end of the session. Posts "collapsed" once, when samples first miss peaks of the data
    after 5 % of the steps. See `payload`.

    Args:
        run: the run.

    Raises:
        UserError: see `check_addresses`.
    """

    def __init__(self, run: Run):
        check_addresses()
        self._run = run
        self._url = os.environ.get(WEBHOOK)
        self._peaks = _peaks(run) if self._url else 0
        if self._url:
            DELIVERY.start()

    def observe(self, event: Event, status: Status) -> None:
        """Posts "collapsed" once, when samples first miss peaks of the data.

        Args:
            event: what the trainer yielded.
            status: of the run after it.
        """
        # By name, because a hot reload may have replaced the classes of the events.
        if not self._peaks or type(event).__name__ != "Samples" or status.share < _WARM_UP:
            return
        found, near = (status.scores.get(name) for name in ("modes", "high_quality"))
        if found is None or near is None or not has_collapsed(found, self._peaks, near):
            return
        self._post("collapsed", status, describe_modes(found, self._peaks, near))
        self._peaks = 0

    def ended(self, status: Status) -> None:
        """Posts the end of the session.

        Args:
            status: the last status written. If it is still active, because the end could not be
                written, "interrupted" is posted; readers of the folder see the same.
        """
        self._post("interrupted" if status.active else status.state, status, status.message)

    def _post(self, event: str, status: Status, message: str) -> None:
        if self._url:
            body = payload(self._run, event, status, message)
            about = f"run {self._run.id} {event}"
            DELIVERY.post(Message(self._url, body, about))


def payload(run: Run, event: str, status: Status, message: str) -> dict[str, Any]:
    """Returns what is posted.

    Args:
        run: the run.
        event: "finished", "stopped", "failed", "interrupted" or "collapsed".
        status: of the run.
        message: for the user; may be empty.

    Returns:
        event, id, name, recipe, step, steps; scores: the latest and the final ones by name, None
        where not finite; message; duration_s: seconds of training, None if it has not begun;
        url: the run's page, None if GANLIB_URL is not set; time: ISO 8601 in UTC.
    """
    scores = {**status.scores, **status.metrics}
    return {
        "event": event,
        "id": run.id,
        "name": run.label().name,
        "recipe": run.recipe,
        "step": status.step,
        "steps": status.steps,
        "scores": {name: one if math.isfinite(one) else None for name, one in scores.items()},
        "message": message,
        "duration_s": status.duration_s,
        "url": page_url(run),
        "time": utc_now(),
    }


def page_url(run: Run) -> str | None:
    """Returns the address of a run's page below GANLIB_URL.

    None if GANLIB_URL is not set: no process knows by which name others reach the dashboard.
    """
    base, recipe = os.environ.get(DASHBOARD), recipes.all_recipes().get(run.recipe)
    if not base or recipe is None:
        return None
    return f"{base.rstrip('/')}/{recipe.page}?{urlencode({'run': run.id})}"


def _can_be_requested(url: str) -> bool:
    try:
        requests.Request("POST", url).prepare()
    except (requests.RequestException, ValueError):
        return False
    return is_web_address(url)


def _peaks(run: Run) -> int:
    """Number of peaks of a run's data; 0 if they are not to be counted."""
    with suppress(UserError):
        return recipes.get(run.recipe).peaks(run.config)
    # Training fails with the same error.
    return 0
