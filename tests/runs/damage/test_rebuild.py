"""The journal and the arrays that it names are a run: all else can be deleted."""

import json
from pathlib import Path

import pytest

from ganlib import recipes
from ganlib.cli import main
from ganlib.errors import RunError
from ganlib.events import Event
from ganlib.runs import RunControl, RunStore, execute, make_trainer
from ganlib.runs.control import ControlRequest
from tests.runs.damage.damaging import copy, look

SMALL = {
    "steps": 30,
    "sample_every": 10,
    "checkpoint_every": 10,
    "milestones": 0,
    "batch_size": 8,
    "devices": "cpu",
}

pytestmark = pytest.mark.slow


def test_what_pages_and_the_command_line_show_comes_from_the_journal_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = RunStore(tmp_path / "runs")
    config = recipes.get("toy/scalar").parse(SMALL)
    run = store.create("toy/scalar", config)
    control = RunControl()

    def change(event: Event) -> None:
        if getattr(event, "last_step", 0) == 10:
            control.send(ControlRequest({"generator_learning_rate": 0.5}))

    assert execute(run, make_trainer, control, change) == "finished"
    folder = run.path
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    [events] = [name for name in there if "tfevents" in name]
    assert there == {
        "journal.jsonl",
        "label.json",
        "lock",
        events,
        "samples/real.npz",
        *(f"samples/{step:08d}.npz" for step in (0, 10, 20, 30)),
        *(f"checkpoints/{step:08d}.npz" for step in (20, 30)),
    }

    copied = copy(store.root, tmp_path / "copy")
    for name in ("label.json", "lock", events):
        (copied / run.id / name).unlink()
    before, after = (look(root, run.id, [0, 10, 20, 30]) for root in (store.root, copied))
    # What people write is not in it.
    for found in (before, after):
        del found["label"]
        del found["list"][run.id]["label"]
        for name, value in found.items():
            found[name] = str(value) if isinstance(value, RunError) else value
    assert after == before
    assert len(before["history"][1]) == 30 and len(before["changes"]) == 1
    capsys.readouterr()
    said = []
    for root in (store.root, copied):
        assert main(["evaluate", run.id, "--runs", str(root), "--json"]) == 0
        said.append(json.loads(capsys.readouterr().out))
    assert said[0] == said[1] and said[0]["weights_sha256"] == run.status().weights_sha256
