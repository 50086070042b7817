"""The table of runs: what it says of forks."""

from collections.abc import Callable

import stored_runs
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.runs import RunStore
from ganlib.runs.fork import fork_run

Open = Callable[..., AppTest]


def test_of_a_fork_it_says_where_it_comes_from(store: RunStore, open_page: Open) -> None:
    first = stored_runs.finished(store)
    assert "Fork of" not in open_page("runs").dataframe[0].value

    config = recipes.get("toy/scalar").parse({"steps": 1_200})
    fork = fork_run(store, first.id, stored_runs.STEP, config)
    fork.lock.release()
    store.rename(first.id, "The first")
    assert open_page("runs").dataframe[0].value["Fork of"].tolist() == ["The first, step 20", ""]

    store.delete(first.id)
    told = open_page("runs").dataframe[0].value["Fork of"]
    assert told.tolist() == ["a run that is gone, step 20"]
