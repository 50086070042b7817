"""The webhook against a real server, which answers well, badly, late or never."""

import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from ganlib import recipes
from ganlib.events import Event, Metrics, Phase, Samples, Started
from ganlib.runs import EXAMPLES, Manager, Run, RunControl, RunStore, execute, make_trainer, webhook
from ganlib.runs.delivery import Delivery, Message
from tests.support.fake_trainer import FakeConfig, FakeTrainer, make_fake
from tests.support.file_server import serving
from tests.support.processes import ended, started, wait_until

SECRET = "s3cret"


class Received:
    """What a webhook received, and what it answers.

    Args:
        statuses: its answers in order; the last one again and again.
        release: waited for before each answer.
    """

    def __init__(self, *statuses: int, release: threading.Event | None = None):
        self.statuses = list(statuses) or [200]
        self.release = release
        self.bodies: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.authorizations: list[str | None] = []

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.paths.append(f"{request.command} {request.path}")
        self.authorizations.append(request.headers["Authorization"])
        self.bodies.append(json.loads(request.rfile.read(int(request.headers["Content-Length"]))))
        if self.release is not None:
            self.release.wait(60)
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        try:
            request.send_response(status)
            request.send_header("Location", "/elsewhere")
            request.send_header("Content-Length", "0")
            request.end_headers()
        except OSError:
            pass  # Whoever asked has gone.

    @property
    def events(self) -> list[str]:
        return [body["event"] for body in self.bodies]


@pytest.fixture
def delivery(monkeypatch: pytest.MonkeyPatch) -> Iterator[Delivery]:
    """The real one with short waits; all it has is sent at the end."""
    monkeypatch.setattr("ganlib.runs.delivery.PAUSES_S", (0.01, 0.02, 0.04, 0.08))
    monkeypatch.setattr("ganlib.runs.delivery.TIMEOUT_S", 0.2)
    made = Delivery()
    monkeypatch.setattr(webhook, "DELIVERY", made)
    yield made
    made.flush(20)


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Callable[[Received], Any]:
    """Serves a webhook in a block, at an address full of secrets."""

    @contextmanager
    def serve(received: Received) -> Iterator[Received]:
        with serving(received.answer) as address:
            secret = address.replace("://", f"://me:{SECRET}@")
            monkeypatch.setenv("GANLIB_WEBHOOK", f"{secret}/{SECRET}?token={SECRET}")
            yield received

    return serve


def _fake(store: RunStore, **knobs: Any) -> Run:
    return store.create("fake/walk", FakeConfig(steps=100, **knobs))


def _train(run: Run, control: RunControl | None = None, **options: Any) -> str:
    return execute(run, make_fake, control or RunControl(), tensorboard=False, **options)


def _scalar(store: RunStore) -> Run:
    recipe = recipes.get("toy/scalar")
    return store.create(recipe.name, recipe.parse({"steps": 20, "sample_every": 10}))


def test_a_finished_run_is_posted_with_what_the_folder_says(
    store: RunStore,
    delivery: Delivery,
    hook: Callable[[Received], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GANLIB_URL", "https://gans.example.com/app/")
    run = _scalar(store)
    with hook(Received(500, 429, 204)) as received:
        store.rename(run.id, "Mixture, née 混")
        assert execute(run, make_trainer, RunControl(), tensorboard=False) == "finished"
        delivery.flush(20)
    status = run.status()
    assert {"w1_over_sigma"} <= status.metrics.keys()
    assert received.paths == [f"POST /{SECRET}?token={SECRET}"] * 3
    assert received.authorizations == ["Basic bWU6czNjcmV0"] * 3
    assert received.bodies[0] == received.bodies[1] == received.bodies[2]
    body = received.bodies[0]
    assert status.ended[:10] == body.pop("time")[:10]
    assert body == {
        "event": "finished",
        "id": run.id,
        "name": "Mixture, née 混",
        "recipe": "toy/scalar",
        "step": 20,
        "steps": 20,
        "scores": {**status.scores, **status.metrics},
        "message": "",
        "duration_s": status.elapsed_s,
        "url": f"https://gans.example.com/app/toy?run={run.id}",
    }


@pytest.mark.parametrize("statuses", [(200,), (500,), ()], ids=["late", "late and 500", "never"])
def test_training_ends_before_the_webhook_has_answered(
    store: RunStore,
    delivery: Delivery,
    hook: Callable[[Received], Any],
    caplog: pytest.LogCaptureFixture,
    statuses: tuple[int, ...],
) -> None:
    release = threading.Event()
    run = _scalar(store)
    with hook(Received(*(statuses or (200,)), release=release)) as received:
        # Nothing is answered before this returns.
        assert execute(run, make_trainer, RunControl(), tensorboard=False) == "finished"
        assert not run.lock.held
        wait_until(lambda: bool(received.events))
        if statuses:
            release.set()
        delivery.flush(20)
        release.set()
    assert run.history().step.tolist() == list(range(1, 21))
    reason = {(200,): None, (500,): "answered 500", (): "did not answer in time"}[statuses]
    if reason is None:
        assert caplog.messages == []
    else:
        [line] = caplog.messages
        assert f"{reason}: run {run.id} finished was not sent." in line
        assert len(received.events) == 5


def test_a_closed_port_is_told_once_and_changes_nothing(
    store: RunStore,
    delivery: Delivery,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    port = _closed_port()
    monkeypatch.setenv("GANLIB_WEBHOOK", f"http://me:{SECRET}@127.0.0.1:{port}/{SECRET}")
    run = _fake(store)
    assert _train(run) == "finished"
    delivery.flush(20)
    assert caplog.messages == [
        f"The webhook http://127.0.0.1:{port}/*** could not be reached: "
        f"run {run.id} finished was not sent."
    ]


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404])
def test_an_answer_that_will_not_change_is_not_asked_for_again(
    delivery: Delivery,
    store: RunStore,
    hook: Callable[[Received], Any],
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    with hook(Received(status)) as received:
        assert _train(_fake(store)) == "finished"
        delivery.flush(20)
    assert received.events == ["finished"]
    [line] = caplog.messages
    assert f"/*** answered {status}: " in line and SECRET not in caplog.text


def test_every_end_is_posted_with_its_message(
    store: RunStore, delivery: Delivery, hook: Callable[[Received], Any]
) -> None:
    def interrupt(event: Event) -> None:
        if isinstance(event, Metrics):
            raise KeyboardInterrupt

    stopped = RunControl()

    def stop(event: Event) -> None:
        if isinstance(event, Metrics):
            stopped.send("stop")

    with hook(Received()) as received:
        assert _train(_fake(store), stopped, on_event=stop) == "stopped"
        assert _train(_fake(store, fail_at=25)) == "failed"
        assert _train(_fake(store, diverge_at=25)) == "failed"
        with pytest.raises(KeyboardInterrupt):
            _train(_fake(store), on_event=interrupt)
        delivery.flush(20)
    assert received.events == ["stopped", "failed", "failed", "interrupted"]
    assert [body["step"] for body in received.bodies] == [10, 20, 20, 10]
    assert [body["message"].split(":")[0] for body in received.bodies] == [
        "",
        "ValueError at step 24",
        "Training diverged",
        "The run was interrupted.",
    ]
    assert {body["url"] for body in received.bodies} == {None}


def test_runs_of_a_manager_are_posted(
    store: RunStore,
    delivery: Delivery,
    make_manager: Callable[..., Manager],
    hook: Callable[[Received], Any],
) -> None:
    manager = make_manager()
    with hook(Received()) as received:
        first = manager.submit("fake/walk", FakeConfig(steps=100))
        assert manager.wait(20)
        second = manager.submit("fake/walk", FakeConfig(steps=10_000, delay_ms=20))
        wait_until(lambda: store.open(second).status().step > 0)
        assert manager.shutdown(20)
        delivery.flush(20)
    sent = [(body["event"], body["id"]) for body in received.bodies]
    assert sent == [("finished", first), ("interrupted", second)]


class _Replay(FakeTrainer):
    """Yields the scores that an example run wrote, after a start on a single peak."""

    def __init__(self, example: Run):
        super().__init__(FakeConfig())
        self.example = example

    def events(self) -> Iterator[Event]:
        [real] = [event for event in super().events() if isinstance(event, Started)]
        yield Phase("loading")
        yield real
        scores = self.example.scores()
        for step in map(int, scores.step):
            self.step = step
            here = scores.at(step) if step else {"modes": 1.0, "high_quality": 1.0}
            yield Samples(step, real.real, real.real, scores=here)
        raise ValueError("that is all")


@pytest.mark.parametrize(("preset", "step"), [("plain GAN", 1_500), ("cured", None)])
def test_a_collapse_is_posted_once(
    store: RunStore,
    delivery: Delivery,
    hook: Callable[[Received], Any],
    preset: str,
    step: int | None,
) -> None:
    [example] = [
        run
        for run in map(Run, sorted(path for path in EXAMPLES.iterdir() if path.is_dir()))
        if run.recipe == "toy/plane" and run.values["target"] == "ring8"
        if run.values["preset"] == preset
    ]
    run = store.create("toy/plane", example.config)
    with hook(Received()) as received:
        execute(run, lambda run: _Replay(example), RunControl(), tensorboard=False)
        delivery.flush(20)
    assert received.events == (["collapsed", "failed"] if step else ["failed"])
    if step:
        body = received.bodies[0]
        assert (body["step"], body["scores"]["modes"]) == (step, 1)
        assert body["message"].startswith("Mode collapse: the generator finds 1 of the 8 peaks")


def test_scores_that_are_not_finite_are_null(store: RunStore) -> None:
    run = _fake(store)
    status = run.status()
    status.scores.update(w1=float("nan"), w2=float("inf"), w3=1.5)
    body = webhook.payload(run, "failed", status, "")
    assert body["scores"] == {"w1": None, "w2": None, "w3": 1.5}
    json.dumps(body, allow_nan=False)


def test_the_queue_is_bounded(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganlib.runs.delivery.MAX_UNSENT", 2)
    release = threading.Event()
    received = Received(release=release)
    delivery = Delivery()
    with serving(received.answer) as address:
        for number in range(3):
            delivery.post(Message(f"{address}/{SECRET}", {"event": number}, f"number {number}"))
        assert caplog.messages == [f"The webhook {address}/*** is too slow: number 2 was not sent."]
        delivery.start()
        delivery.flush(0.0)
        assert caplog.messages[1:] == [
            f"The webhook {address}/*** has not answered yet; not sent: number 0, number 1."
        ]
        release.set()
        delivery.flush(20)
    assert received.events == [0, 1]
    assert len(caplog.messages) == 2


_SERVER = """
import atexit, sys, time
from pathlib import Path
from tests.support.fake_trainer import FakeConfig, make_fake, register
from ganlib.runs import Manager, RunStore

register()
store = RunStore(Path(sys.argv[1]))
manager = Manager(store, 1, make_fake, tensorboard=False)
atexit.register(manager.shutdown, 10.0)
run = store.open(manager.submit("fake/walk", FakeConfig(steps=10_000, delay_ms=20)))
while run.status().step == 0:
    time.sleep(0.01)
"""


def test_a_server_that_ends_posts_its_interrupted_runs(
    tmp_path: Path, hook: Callable[[Received], Any]
) -> None:
    with hook(Received()) as received:
        said = ended("-c", _SERVER, str(tmp_path / "runs"))
    assert (said.code, said.err) == (0, "")
    assert received.events == ["interrupted"]


@pytest.mark.slow
def test_a_command_that_is_stopped_posts_before_it_ends(
    tmp_path: Path, hook: Callable[[Received], Any]
) -> None:
    argv = ("-m", "ganlib", "train", "toy/scalar", "--steps", "1000000")
    store = RunStore(tmp_path / "runs")
    with hook(Received(503, 200)) as received, started(*argv, "--runs", str(store.root)) as process:
        wait_until(lambda: any(run.status().step for run in store.active()))
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 143 and "webhook" not in err
    assert received.events == ["stopped", "stopped"]
    assert received.bodies[0]["step"] > 0


@pytest.mark.slow
def test_a_command_says_in_a_line_what_it_could_not_send(
    tmp_path: Path, hook: Callable[[Received], Any]
) -> None:
    release = threading.Event()
    argv = ("-m", "ganlib", "train", "toy/scalar", "--steps", "20", "--json")
    with hook(Received(release=release)):
        said = ended(*argv, "--runs", str(tmp_path / "runs"))
        release.set()
    assert said.code == 0 and said.json["status"] == "finished"
    [line] = [line for line in said.err.splitlines() if "webhook" in line]
    assert line.endswith(f"not sent: run {said.json['run_id']} finished.")
    assert SECRET not in said.out + said.err


def _closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
