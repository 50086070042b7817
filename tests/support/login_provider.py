"""Servers that ask for a login, and a real OpenID Connect provider that they ask."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from oidc_provider_mock import User, run_server_in_thread

from tests.support.server import AppServer, served

# What each provider knows of whom; the last two may not come in.
USERS = (
    User(sub="ada", claims={"email": "Ada@Example.org", "name": "Ada *Lovelace*"}),
    User(sub="eve", claims={"email": "eve@example.org.evil.test", "name": "Eve"}),
    User(
        sub="mallory",
        claims={"email": "mallory@example.org", "email_verified": False, "name": "Mallory"},
    ),
)
# Of a run that no stranger may hear of.
NAME = "Not for strangers"
COOKIE_SECRET = "of the tests, and 32 characters or more"


@contextmanager
def provider() -> Iterator[str]:
    """The address of a provider's description, while the block lasts."""
    with run_server_in_thread(user_claims=USERS) as server:
        yield f"http://localhost:{server.server_port}/.well-known/openid-configuration"


def secrets(metadata_url: str, allow: Sequence[str] = ("@example.org",)) -> str:
    """A secrets.toml that asks for a login, with whatever port its server has."""
    return f"""
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "dashboard"
client_secret = "any"
server_metadata_url = "{metadata_url}"
allow = {list(allow)}
"""


@contextmanager
def guarded(folder: Path, **options: Any) -> Iterator[AppServer]:
    """A server that asks for a login, and its provider; see `AppServer` for the options."""
    with provider() as metadata_url:
        (folder / "secrets.toml").write_text(secrets(metadata_url), "utf-8")
        with served(folder, **options) as server:
            yield server
