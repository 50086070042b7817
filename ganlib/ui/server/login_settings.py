"""What `[auth]` of .streamlit/secrets.toml says about who may come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ganlib.errors import UserError

WHERE = "[auth] in .streamlit/secrets.toml"
# Streamlit signs the cookie of a login with it; one that can be guessed opens every page.
_SECRET_CHARACTERS = 32
_CALLBACK = "/oauth2callback"
_OF_ALL = ("redirect_uri", "cookie_secret")
_OF_A_PROVIDER = ("client_id", "client_secret", "server_metadata_url")
_OPTIONAL = ("allow", "client_kwargs", "expose_tokens")


@dataclass(frozen=True)
class LoginSettings:
    """A login that can be asked for.

    Args:
        providers: names of the providers that a user may choose from; one that is called
            "default" has no name of its own.
        allow: addresses ("ada@example.org") and domains ("@example.org") of those who may
            come in, in lower case; empty where everyone may whom a provider knows.
    """

    providers: tuple[str, ...]
    allow: tuple[str, ...] = ()

    def admits(self, user: Mapping[str, Any]) -> bool:
        """Whether somebody of whom a provider says this may come in.

        An address that the provider itself calls unverified counts for nothing.

        Args:
            user: claims, with `is_logged_in`, as `st.user` has them.
        """
        if user.get("is_logged_in") is not True:
            return False
        if not self.allow:
            return True
        if str(user.get("email_verified", True)).lower() != "true":
            return False
        email = str(user.get("email") or "").lower()
        name, at, domain = email.rpartition("@")
        return bool(name) and (email in self.allow or at + domain in self.allow)


def login_settings(auth: Mapping[str, Any]) -> LoginSettings:
    """Reads the section.

    Args:
        auth: what stands there.

    Raises:
        UserError: it is not complete, or holds what is not allowed there.
    """
    named = {
        name: section
        for name, section in auth.items()
        if isinstance(section, Mapping) and name != "client_kwargs"
    }
    for name in auth:
        if name not in (*_OF_ALL, *_OF_A_PROVIDER, *_OPTIONAL, *named):
            raise UserError(f"{WHERE} has no key {name!r}.")
    _check_present("", _OF_ALL, auth)
    if named and not any(key in auth for key in _OF_A_PROVIDER):
        providers = tuple(named)
    else:
        providers = ("default", *named)
        _check_present("", _OF_A_PROVIDER, auth)
    for name, section in named.items():
        if "_" in name:
            raise UserError(
                f"A provider's name in {WHERE} must not contain an underscore. Received: {name!r}."
            )
        _check_present(f".{name}", _OF_A_PROVIDER, section)
    if len(auth["cookie_secret"]) < _SECRET_CHARACTERS:
        # Without what was received: it is a secret all the same.
        raise UserError(
            f"cookie_secret of {WHERE} must be {_SECRET_CHARACTERS} random characters or more."
        )
    _check_redirect(auth["redirect_uri"])
    return LoginSettings(providers, _allowed(auth["allow"]) if "allow" in auth else ())


def _check_present(suffix: str, keys: Sequence[str], section: Mapping[str, Any]) -> None:
    missing = [
        key for key in keys if not isinstance(section.get(key), str) or not section[key].strip()
    ]
    if missing:
        where = WHERE.replace("]", f"{suffix}]")
        raise UserError(f"{where} needs {' and '.join(missing)}, each a non-empty text.")


def _check_redirect(address: str) -> None:
    # Streamlit puts the port in.
    parts = urlsplit(address.replace("{port}", "1"))
    if (
        parts.scheme not in ("http", "https")
        or not parts.netloc
        or not parts.path.endswith(_CALLBACK)
    ):
        raise UserError(
            f"redirect_uri of {WHERE} must be the address of this dashboard, followed by "
            f"{_CALLBACK}, such as http://localhost:8501{_CALLBACK}. Received: {address!r}."
        )


def _allowed(entries: Any) -> tuple[str, ...]:
    if not isinstance(entries, Sequence) or isinstance(entries, str) or not entries:
        raise UserError(
            f"allow of {WHERE} must be a list of at least one address or domain. "
            f"Received: {entries!r}."
        )
    for entry in entries:
        if not isinstance(entry, str) or entry.count("@") != 1 or "." not in entry.split("@")[1]:
            raise UserError(
                f'allow of {WHERE} takes addresses such as "ada@example.org" and domains such as '
                f'"@example.org". Received: {entry!r}.'
            )
    return tuple(entry.strip().lower() for entry in entries)
