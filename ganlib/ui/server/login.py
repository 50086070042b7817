"""Restricts all pages to logged-in users if `[auth]` is configured.

The login is Streamlit's own OpenID Connect. The provider's claims are stored in a signed
cookie, which Streamlit reads when a session begins. An open session therefore stays open after
its cookie expires, until its connection ends.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import streamlit as st

from ganlib.errors import UserError
from ganlib.ui._compat import run_within_app
from ganlib.ui.components.errors import show_error
from ganlib.ui.components.text import plain
from ganlib.ui.server.login_settings import SECTION, LoginSettings, login_settings

_NAME_CHARACTERS = 30
_STYLE = Path(__file__).parents[1] / "style.css"


def allowed_pages(pages: Sequence[st.Page]) -> list[st.Page]:
    """Returns the pages for the user of this session.

    Args:
        pages: all pages of the dashboard.
    Returns:
        All pages, with an account page if a login is configured. For users without access, the
        login page at the address of every page.
    """
    try:
        settings = _settings()
    except UserError as error:
        return _replace_pages(pages, partial(_unavailable_page, str(error)))
    if settings is None:
        return list(pages)
    if not settings.admits(_user()):
        return _replace_pages(pages, partial(_login_page, settings))
    return [
        *pages,
        st.Page(
            _account_page,
            title=plain(_name()[:_NAME_CHARACTERS]),
            icon=":material/account_circle:",
            url_path="account",
        ),
    ]


def guard() -> None:
    """Stops the page if the user has no access, and sets its style. Every page calls it first.

    app.py offers pages only to users with access, but Streamlit can run a page without app.py;
    see `run_within_app`.
    """
    run_within_app()
    try:
        settings = _settings()
    except UserError:
        st.stop()
    if settings is not None and not settings.admits(_user()):
        st.stop()
    st.html(_STYLE)


def _settings() -> LoginSettings | None:
    """Reads the settings of the login; None if no login is configured.

    Raises:
        UserError: the configuration cannot be read or is not valid.
    """
    try:
        readable = st.secrets.load_if_toml_exists()
    except (OSError, ValueError):
        readable = False
    if not readable:
        # Streamlit does not distinguish a missing file from one that it cannot read.
        if any(Path(path).exists() for path in st.get_option("secrets.files")):
            raise UserError(
                "The file secrets.toml of this server, which may configure a login, cannot be "
                "read. It must be valid TOML; the server's log says what is wrong."
            )
        return None
    if "auth" not in st.secrets:
        return None
    auth = st.secrets["auth"]
    if not isinstance(auth, Mapping):
        raise UserError(f"{SECTION} must be a section. Received: {type(auth).__name__}.")
    settings = login_settings(auth)
    missing = [name for name in ("authlib", "httpx") if find_spec(name) is None]
    if missing:
        raise UserError(f"A login needs {' and '.join(missing)}; see requirements.txt.")
    return settings


def _user() -> Mapping[str, Any]:
    return st.user.to_dict()


def _name() -> str:
    user = _user()
    return str(user.get("name") or user.get("email") or "Account")


def _replace_pages(pages: Sequence[st.Page], page: partial[None]) -> list[st.Page]:
    """Puts one page at the address of every page, so that none of them is reported missing."""
    return [
        st.Page(
            page,
            title="Log in",
            url_path=each.url_path,
            default=not each.url_path,
            visibility="hidden",
        )
        for each in pages
    ]


def _unavailable_page(problem: str) -> None:
    st.title("This dashboard is not available", anchor=False)
    show_error(problem)


def _login_page(settings: LoginSettings) -> None:
    user = _user()
    if user.get("is_logged_in"):
        st.title("No access with this account", anchor=False)
        st.markdown(f"{plain(_name())} may not use this dashboard. Log out to use another account.")
        _log_out()
        return
    st.title("Log in", anchor=False)
    st.markdown("Log in to train GANs on this dashboard.")
    with st.container(horizontal=True):
        for at, provider in enumerate(settings.providers):
            st.button(
                "Log in" if provider == "default" else f"Log in with {plain(provider)}",
                key=f"login.{provider}",
                type="secondary" if at else "primary",
                icon=":material/login:",
                on_click=st.login,
                args=(provider,),
            )


def _account_page() -> None:
    guard()
    st.header(plain(_name()), anchor=False)
    if email := _user().get("email"):
        st.text(f"Logged in as {email}.")
    _log_out()


def _log_out() -> None:
    st.button("Log out", key="logout", icon=":material/logout:", on_click=st.logout)
