"""What stands on standard error while a run trains."""

import io
import re

import numpy as np
import pytest

from ganlib.cli import progress as module
from ganlib.cli.progress import Bar, Lines, progress
from ganlib.cli.report import one_line, to_json
from ganlib.events import DataReport, Finished, Metrics, Phase, Started

NAMES = ("discriminator_loss", "generator_loss", "accuracy_real")


def begun(step: int = 0) -> Started:
    return Started(step, {}, DataReport("Data", "made up"), "CPU", np.zeros(1), NAMES)


def steps(first: int, count: int, elapsed_s: float) -> Metrics:
    values = np.tile(np.float32([0.5, 1.25, 0.9]), (count, 1))
    return Metrics(first, values, elapsed_s)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Broken(io.StringIO):
    tried = ""

    def write(self, text: str) -> int:
        self.tried += text
        raise BrokenPipeError


def test_a_terminal_gets_a_bar() -> None:
    assert isinstance(progress(10, Terminal()), Bar)
    assert isinstance(progress(10, io.StringIO()), Lines)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_lines_come_every_five_seconds_and_at_the_end(clock: list[float]) -> None:
    stream = io.StringIO()
    lines = Lines(5_000, stream)
    lines.show(Phase("loading TensorFlow"))
    clock[0] = 105.0
    lines.show(Phase("loading MNIST"))
    lines.show(begun())
    lines.show(steps(1, 1, 2.0))
    clock[0] = 109.9
    lines.show(steps(2, 999, 4.0))
    clock[0] = 110.0
    lines.show(steps(1_001, 1_000, 6.0))
    lines.show(steps(2_001, 3_000, 12.0))
    lines.show(Phase("scoring the generator"))
    lines.show(Finished(5_000, "", {}))
    losses = "discriminator loss 0.500, generator loss 1.250"
    # 500 steps a second, the first call left out.
    assert stream.getvalue().splitlines() == [
        "loading MNIST",
        f"step 2,000 of 5,000, 500 steps/s, ETA 0:06, {losses}",
        f"step 5,000 of 5,000, 500 steps/s, ETA 0:00, {losses}",
    ]


def test_a_short_run_prints_no_progress() -> None:
    stream = io.StringIO()
    lines = Lines(100, stream)
    for event in (Phase("loading"), begun(), steps(1, 5, 1.0)):
        lines.show(event)
    lines.close()
    assert stream.getvalue() == ""


def test_the_bar_of_a_resumed_run() -> None:
    stream = Terminal()
    bar = Bar(1_000, stream)
    bar.show(Phase("loading TensorFlow"))
    bar.show(Phase("building"))
    # The longer text is wiped out.
    assert stream.getvalue() == "\rloading TensorFlow\rloading TensorFlow\rbuilding" + " " * 10 + (
        "\rbuilding"
    )
    bar.show(begun(400))
    bar.show(steps(401, 600, 2.0))
    bar.show(Phase("scoring the generator"))
    bar.close()
    last = stream.getvalue().split("\r")[-1]
    assert last.startswith("scoring the generator: 100%")
    assert "1000/1000" in last and last.endswith("\n")
    assert re.search(r"discriminator loss 0\.500, generator loss 1\.250", stream.getvalue())


def test_a_closed_pipe_does_not_stop_the_run(clock: list[float]) -> None:
    stream = Broken()
    lines = Lines(10, stream)
    clock[0] += 60
    lines.show(Phase("loading"))
    assert "loading" in stream.tried

    stream = Broken()
    Bar(10, stream).show(Phase("loading"))
    assert "loading" in stream.tried


def test_control_characters_are_escaped_and_nan_is_null() -> None:
    assert one_line("a\nb\x1b[31m é\udc80") == r"a\nb\x1b[31m é\udc80"
    nan, inf = float("nan"), float("inf")
    assert to_json({"a": nan, "b": [inf, {"c": -inf}], "d": (1, 2.5)}) == (
        '{"a": null, "b": [null, {"c": null}], "d": [1, 2.5]}'
    )
