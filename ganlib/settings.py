"""Settings in a file: knobs as JSON, written by hand or downloaded from a run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from ganlib.errors import PATH, ConfigError, quote
from ganlib.paths import regular_file, user_path

# A drawing of as many points as there may be takes a tenth of it.
MOST_BYTES = 1_000_000

_FORMS = 'an object of knobs, or {"recipe": ..., "config": {...}} as the page gives it'


def read_settings_file(path: str, recipe: str) -> dict[str, Any]:
    """The knobs in a file; see `read_settings`.

    Raises:
        UserError: it cannot be read, or does not hold settings of the recipe.
    """
    found = user_path(path, "--config")
    told = quote(path, PATH)
    if regular_file(found, f"--config {told}").st_size > MOST_BYTES:
        _refuse_size(told)
    try:
        with found.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"--config {told} cannot be read: {error.strerror}.") from None
    return read_settings(Path(path).name, content, recipe)


def read_settings(name: str, content: bytes | memoryview, recipe: str) -> dict[str, Any]:
    """Knobs and their values; what they may be is for the recipe's config to say.

    Args:
        name: of the file, for sentences.
        content: JSON in UTF-8: an object of knobs, or what the page's download holds.
        recipe: whose settings are wanted.

    Raises:
        ConfigError: it is no such file, or its settings are another recipe's.
    """
    told = quote(name)
    if len(content) > MOST_BYTES:
        _refuse_size(told)
    try:
        # A byte order mark is what some editors put before UTF-8.
        text = bytes(content).decode("utf-8-sig")
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except _NotTakenError as error:
        raise ConfigError(f"{told} {error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{told} is not text in UTF-8; it must be JSON: {_FORMS}.") from None
    except RecursionError:
        raise ConfigError(f"{told} is nested too deeply; it must be {_FORMS}.") from None
    except json.JSONDecodeError as error:
        where = f"{error.msg} in line {error.lineno}, column {error.colno}"
        raise ConfigError(f"{told} is not JSON ({where}); it must be {_FORMS}.") from None
    except ValueError:
        # Python makes no whole number of more than 4,300 digits.
        raise ConfigError(f"{told} holds a number of thousands of digits.") from None
    if not isinstance(document, dict):
        raise ConfigError(f"{told} must be {_FORMS}. Received: {quote(document)}.")
    knobs = _knobs_of(told, document, recipe)
    for knob, value in knobs.items():
        if not _is_flat(value):
            raise ConfigError(
                f"{told}: {quote(knob)} must be a text, a number, true, false or a list of texts. "
                f"Received: {quote(value)}."
            )
    return knobs


class _NotTakenError(Exception):
    """What JSON allows and settings do not, as the end of a sentence."""


def _knobs_of(told: str, document: Mapping[str, Any], recipe: str) -> dict[str, Any]:
    """The knobs of a document of either form."""
    config = document.get("config")
    if not isinstance(config, dict):
        return dict(document)
    if unknown := sorted(set(document) - {"recipe", "config"}):
        raise ConfigError(f"{told} must be {_FORMS}. Received beside: {quote(unknown[0])}.")
    if document.get("recipe") != recipe:
        raise ConfigError(
            f"{told} must hold settings of {recipe}. Received: those of "
            f"{quote(document.get('recipe', 'no recipe'))}."
        )
    return config


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _NotTakenError(
                f"has {quote(name)} twice; each may be given once. "
                f"Received: {quote(found[name])} and {quote(value)}."
            )
        found[name] = value
    return found


def _refuse_constant(constant: str) -> NoReturn:
    raise _NotTakenError(f"must hold finite numbers only. Received: {constant}.")


def _refuse_size(told: str) -> NoReturn:
    raise ConfigError(f"Settings may have up to {MOST_BYTES:,} bytes. Received: {told} of more.")


def _is_flat(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str | bool | int | float)
