"""axe-core finds no serious violation of its rules on any page, in light and in dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from ganlib.runs import RunStore
from tests.support import stored_runs
from tests.support.dashboard import Dashboard
from tests.support.server import AppServer

PATHS = ["/", "/toy", "/mnist", "/quickdraw", "/wgan", "/distributions", "/search"]
PATHS += ["/compare", "/runs"]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_violation(
    scheme: str, server: AppServer, store: RunStore, browser: Browser
) -> None:
    run = stored_runs.finished(store, "mnist/dcgan")
    other = stored_runs.finished(store, "mnist/basic")
    paths = [*PATHS, f"/mnist?run={run.id}", f"/mnist?fork={run.id}"]
    paths += [f"/mnist?run={run.id}&tab={tab}" for tab in ("Model", "Settings", "Files")]
    paths += [f"/mnist?run={run.id}&present=1", f"/compare?runs={run.id}&runs={other.id}"]
    context = browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": 1440, "height": 900},
    )
    tab = Dashboard(context.new_page(), server.url)
    found = {}
    for path in paths:
        tab.open(path)
        tab.page.wait_for_load_state("networkidle")
        violations = Axe().run(tab.page).response["violations"]
        serious = [
            f"{rule['id']}: {node['html'][:120]}"
            for rule in violations
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]
        if serious:
            found[path] = serious
    context.close()
    assert found == {}
