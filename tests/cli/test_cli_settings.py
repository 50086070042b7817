"""Training with settings out of a file."""

import json
from collections.abc import Callable
from pathlib import Path

from ganlib.runs import RunStore
from tests.support.processes import Said

KNOBS = {"generator_layers": 1, "generator_units": 8, "batch_size": 16, "steps": 20, "seed": 3}


def test_a_file_makes_the_run_that_its_knobs_would_and_set_wins_over_it(
    command: Callable[..., Said], runs: Path, tmp_path: Path
) -> None:
    given = [option for knob in KNOBS.items() for option in ("--set", "{}={}".format(*knob))]
    by_hand = command("train", "toy/scalar", *given, "--json")
    assert by_hand.code == 0
    run = RunStore(runs).open(by_hand.json["run_id"])

    # As the page's download has it.
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"recipe": run.recipe, "config": run.values}))
    again = command("train", "toy/scalar", "--config", str(path), "--json")
    assert again.code == 0
    assert again.json["weights_sha256"] == by_hand.json["weights_sha256"]

    path.write_text(json.dumps(KNOBS))
    other = command(
        "train", "toy/scalar", "--config", str(path), "--seed", "4", "--set", "steps=10", "--json"
    )
    assert (other.code, other.json["seed"], other.json["step"]) == (0, 4, 10)
    assert RunStore(runs).open(other.json["run_id"]).values == {
        **run.values,
        "seed": 4,
        "steps": 10,
    }
