"""Settings of the login, from `[auth]` in .streamlit/secrets.toml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ganlib.errors import UserError

SECTION = "[auth] in .streamlit/secrets.toml"
# Length of the secret that signs the login cookie. A secret that can be guessed gives access to
# every page.
_SECRET_CHARACTERS = 32
_CALLBACK = "/oauth2callback"
_OF_ALL = ("redirect_uri", "cookie_secret")
_OF_A_PROVIDER = ("client_id", "client_secret", "server_metadata_url")
_OPTIONAL = ("allow", "client_kwargs", "expose_tokens")


@dataclass(frozen=True)
class LoginSettings:
    """Settings of a login.

    Args:
        providers: names of the providers; "default" is a provider without a name.
        allow: e-mail addresses ("ada@example.org") and domains ("@example.org") with access, in
            lower case; if empty, every user of a provider has access.
    """

    providers: tuple[str, ...]
    allow: tuple[str, ...] = ()

    def admits(self, user: Mapping[str, Any]) -> bool:
        """Returns whether a user has access.

        An address that the provider marks as unverified gives no access.

        Args:
            user: claims of the provider and `is_logged_in`, as in `st.user`.
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
    """Validates the section `[auth]`.

    Args:
        auth: keys and values of the section.

    Raises:
        UserError: a key is missing, unknown or has a value that is not allowed.
    """
    named = {
        name: section
        for name, section in auth.items()
        if isinstance(section, Mapping) and name != "client_kwargs"
    }
    for name in auth:
        if name not in (*_OF_ALL, *_OF_A_PROVIDER, *_OPTIONAL, *named):
            raise UserError(f"{SECTION} has no key {name!r}.")
    _check_present("", _OF_ALL, auth)
    if named and not any(key in auth for key in _OF_A_PROVIDER):
        providers = tuple(named)
    else:
        providers = ("default", *named)
        _check_present("", _OF_A_PROVIDER, auth)
    for name, section in named.items():
        if "_" in name:
            raise UserError(
                f"A provider's name in {SECTION} must not contain an underscore. "
                f"Received: {name!r}."
            )
        _check_present(f".{name}", _OF_A_PROVIDER, section)
    if len(auth["cookie_secret"]) < _SECRET_CHARACTERS:
        # The message does not repeat the value, which is a secret.
        raise UserError(
            f"cookie_secret of {SECTION} must be {_SECRET_CHARACTERS} random characters or more."
        )
    _check_redirect(auth["redirect_uri"])
    return LoginSettings(providers, _allowed(auth["allow"]) if "allow" in auth else ())


def _check_present(suffix: str, keys: Sequence[str], section: Mapping[str, Any]) -> None:
    missing = [
        key for key in keys if not isinstance(section.get(key), str) or not section[key].strip()
    ]
    if missing:
        where = SECTION.replace("]", f"{suffix}]")
        raise UserError(f"{where} needs {' and '.join(missing)}, each a non-empty string.")


def _check_redirect(address: str) -> None:
    # Streamlit replaces {port}.
    parts = urlsplit(address.replace("{port}", "1"))
    if (
        parts.scheme not in ("http", "https")
        or not parts.netloc
        or not parts.path.endswith(_CALLBACK)
    ):
        raise UserError(
            f"redirect_uri of {SECTION} must be the address of this dashboard, followed by "
            f"{_CALLBACK}, such as http://localhost:8501{_CALLBACK}. Received: {address!r}."
        )


def _allowed(entries: Any) -> tuple[str, ...]:
    if not isinstance(entries, Sequence) or isinstance(entries, str) or not entries:
        raise UserError(
            f"allow of {SECTION} must be a list of at least one address or domain. "
            f"Received: {entries!r}."
        )
    for entry in entries:
        if not isinstance(entry, str) or entry.count("@") != 1 or "." not in entry.split("@")[1]:
            raise UserError(
                f'allow of {SECTION} takes addresses such as "ada@example.org" and domains such as '
                f'"@example.org". Received: {entry!r}.'
            )
    return tuple(entry.strip().lower() for entry in entries)
