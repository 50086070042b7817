"""A login in a real browser, through a real OpenID Connect provider."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from ganlib.runs import RunStore
from tests.support.dashboard import Dashboard
from tests.support.login_provider import guarded
from tests.support.server import AppServer


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """In the place of the one that asks for no login."""
    with guarded(tmp_path_factory.mktemp("closed")) as server:
        yield server


@pytest.fixture(autouse=True)
def provider_alone(dashboard: Dashboard) -> None:
    """The provider's own pages ask for a style sheet from elsewhere, and for an icon."""
    dashboard.page.route(
        re.compile(r"https://cdn\.jsdelivr\.net/|/favicon\.ico$"),
        lambda route: route.fulfill(body="", content_type="text/css"),
    )


def log_in(tab: Dashboard, subject: str) -> None:
    tab.page.get_by_role("button", name="Log in").click()
    tab.page.wait_for_url(re.compile("/oauth2/authorize"))
    tab.page.get_by_role("button", name=subject, exact=True).click()


def test_log_in_train_and_log_out(dashboard: Dashboard, store: RunStore) -> None:
    tab = dashboard
    tab.page.goto(f"{tab.url}/toy")
    expect(tab.page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(tab.page.get_by_test_id("stTopNavLink")).to_have_count(0)
    expect(tab.button("start")).to_have_count(0)
    log_in(tab, "ada")

    account = tab.page.get_by_test_id("stTopNavLink").filter(has_text="Ada *Lovelace*")
    expect(account).to_be_visible()
    tab.open("/toy")
    tab.set_knobs("toy/scalar", steps=200)
    run_id = tab.start()
    expect(tab.status).to_contain_text("Finished")
    tab.wait_for_points()
    assert store.open(run_id).status().step == 200

    # With the address of a run, and after a reload: the cookie is enough.
    tab.page.reload()
    expect(tab.status).to_contain_text("Finished")

    account.click()
    expect(tab.page.get_by_text("Logged in as Ada@Example.org.")).to_be_visible()
    tab.button("logout").click()
    tab.page.wait_for_url(re.compile("/oauth2/end_session"))
    tab.page.goto(f"{tab.url}/toy?run={run_id}")
    expect(tab.page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(tab.status).to_have_count(0)


@pytest.mark.slow
def test_somebody_who_changes_their_mind(dashboard: Dashboard) -> None:
    tab = dashboard
    tab.page.goto(f"{tab.url}/")
    tab.page.get_by_role("button", name="Log in").click()
    tab.page.wait_for_url(re.compile("/oauth2/authorize"))
    tab.page.get_by_role("button", name="Deny").click()
    expect(tab.page.get_by_role("heading", name="Log in")).to_be_visible()
