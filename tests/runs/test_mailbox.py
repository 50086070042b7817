"""Requests of other processes to the process that trains a run."""

import threading
from pathlib import Path

import pytest

from ganlib.errors import RunError
from ganlib.runs import RunStore
from ganlib.runs.mailbox import Mailbox, wait_for_answer
from ganlib.runs.status import Status
from tests.support.fake_trainer import FakeConfig


def test_requests_are_read_once_and_in_order(tmp_path: Path) -> None:
    reader, writers = Mailbox(tmp_path), [Mailbox(tmp_path) for _ in range(2)]
    assert reader.take() == []
    writers[0].post("pause")
    writers[1].post("unpause")
    assert reader.take() == ["pause", "unpause"]
    assert reader.take() == []
    writers[0].post("stop")
    assert reader.take() == ["stop"]


def test_requests_to_an_earlier_process_are_removed(tmp_path: Path) -> None:
    Mailbox(tmp_path).post("stop")
    reader = Mailbox(tmp_path)
    reader.clear()
    assert reader.take() == []
    Mailbox(tmp_path).post("pause")
    assert reader.take() == ["pause"]


@pytest.mark.parametrize("line", [b"nonsense\n", b'"delete everything"\n', b"{}\n", b"\xff\n"])
def test_what_is_no_request_is_left_out(tmp_path: Path, line: bytes) -> None:
    reader = Mailbox(tmp_path)
    Mailbox(tmp_path).post("pause")
    with next(tmp_path.iterdir()).open("ab") as file:
        file.write(line)
    Mailbox(tmp_path).post("stop")
    assert reader.take() == ["pause", "stop"]


def test_half_a_line_is_read_when_it_is_whole(tmp_path: Path) -> None:
    reader = Mailbox(tmp_path)
    Mailbox(tmp_path).post("pause")
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:3])
    assert reader.take() == ["pause"]
    path.write_bytes(2 * whole)
    assert reader.take() == ["pause"]


def test_requests_of_many_threads_do_not_mix(tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=lambda: [Mailbox(tmp_path).post("checkpoint") for _ in range(50)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Mailbox(tmp_path).take() == ["checkpoint"] * 400


@pytest.mark.parametrize("step", [0, 30])
def test_a_checkpoint_is_awaited_until_there_is_one(store: RunStore, step: int) -> None:
    run = store.create("fake/walk", FakeConfig())
    run.note("message", Status("running", 100, step))
    answer: list[Status] = []
    waiting = threading.Thread(
        target=lambda: answer.append(wait_for_answer(run, "checkpoint", step))
    )
    waiting.start()
    waiting.join(0.3)
    assert not answer
    run.note("checkpoint", Status("running", 100, 40, saved_step=40))
    waiting.join(20)
    assert answer[0].saved_step == 40


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be changed"):
        Mailbox(tmp_path / "gone").post("pause")
    assert Mailbox(tmp_path / "gone").take() == []
