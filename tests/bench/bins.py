"""How soon the distributions page answers a change of bins, while a run trains beside it.

Server side: from the new number of bins to the page's new charts, in the process that also
trains. `python -m tests.bench.bins --values 100000`
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.events import DataReport, Finished, Samples, Started
from ganlib.runs import RunStore
from ganlib.runs.writer import RunWriter
from ganlib.ui.server.server import manager
from tests.support import ROOT


def stored_run(store: RunStore, values: int) -> str:
    """A finished run whose samples are so many values."""
    rng = np.random.default_rng(0)
    run = store.create("toy/scalar", recipes.get("toy/scalar").parse({"steps": 100}))
    with RunWriter(run, tensorboard=False) as writer:
        writer.begin()
        real = rng.normal(size=(values, 1)).astype(np.float32)
        report = DataReport("Gaussian", "made up", values, values)
        writer.write(Started(0, {}, report, "CPU", real, ("generator_loss",)))
        for step in (0, 100):
            made = rng.normal(1 - step / 120, size=(values, 1)).astype(np.float32)
            writer.write(Samples(step, made, made))
        writer.write(Finished(100, "0" * 64, {}))
        writer.end("finished")
    return run.id


def answers(run_id: str, changes: int) -> list[float]:
    """Seconds that each change of bins takes."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.run()
    app.switch_page("pages/distributions.py")
    app.query_params["run"] = run_id
    app.run()
    found = []
    for bins in range(20, 20 + changes):
        before = bars(app)
        began = time.perf_counter()
        app.number_input(key="compare.count").set_value(bins).run()
        found.append(time.perf_counter() - began)
        if app.exception or bars(app) == before:
            raise RuntimeError(f"the page did not answer: {app.exception}")
    return found


def bars(app: AppTest) -> bytes:
    """The histogram, as the browser gets it."""
    sent = [part.proto.bytes for part in app.get("bidi_component")]
    (chart,) = (lines for lines in sent if b'"compare.Histogram"' in lines)
    return chart


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=30)
    parser.add_argument("--beside", default="mnist/dcgan", help="the recipe that trains meanwhile")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"GANLIB_RUNS": folder, "GANLIB_OFFLINE": "1"}
        run_id = stored_run(RunStore(Path(folder)), arguments.values)
        for beside in ("", arguments.beside):
            training = manager().submit(beside, recipes.get(beside).Config()) if beside else ""
            while training and not RunStore(Path(folder)).open(training).status().step:
                time.sleep(0.2)
            spent = sorted(1_000 * seconds for seconds in answers(run_id, arguments.changes))
            print(
                f"{arguments.values:,} values, beside {beside or 'nothing'}: median "
                f"{statistics.median(spent):.0f} ms, 90 % {spent[int(0.9 * len(spent))]:.0f} ms, "
                f"slowest {spent[-1]:.0f} ms",
                flush=True,
            )
            if training:
                manager().command(training, "stop")
        manager().shutdown(20.0)


if __name__ == "__main__":
    main()
