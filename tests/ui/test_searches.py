"""The searches of a server: one is continued further, and none is changed while it goes on."""

import pytest

from ganlib import recipes
from ganlib.runs import RunStore
from ganlib.search import make_settings
from ganlib.ui.server.searches import Searches
from tests.support.processes import wait_until

KNOBS = "loss=hinge|relativistic|wasserstein"


@pytest.mark.slow
def test_more_trials_again_and_again_until_a_grid_has_no_more(store: RunStore) -> None:
    searches = Searches(store.root)
    fixed = {"steps": "20", "sample_every": "10"}
    settings = make_settings(recipes.get("toy/scalar"), KNOBS, fixed, sampler="grid")
    name = searches.start(settings, 1, workers=1)
    # It changes nothing of the one that is going on.
    assert searches.start(settings, 9, workers=1) == name
    assert searches.result(name).goal == 1
    for asked, trials in ((2, 2), (12, 3)):
        wait_until(lambda: not searches.is_working(name), 120)
        searches.resume(name, asked, workers=2)
        assert searches.result(name).goal == trials
    wait_until(lambda: not searches.is_working(name), 120)
    assert len(searches.result(name).finished()) == 3
