"""Reads settings from a JSON file, written by hand or downloaded from a run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from ganlib.errors import PATH, ConfigError, quote
from ganlib.paths import regular_file, user_path

# Ten times the size of the largest drawing.
MAX_BYTES = 1_000_000

_FORMS = 'an object of knobs, or {"recipe": ..., "config": {...}} as downloaded from a page'


def read_settings_file(path: str, recipe: str) -> dict[str, Any]:
    """Reads the settings in a file; see `read_settings`.

    Args:
        path: of the file.
        recipe: name of the recipe.
    Raises:
        UserError: the file cannot be read, or has no settings of the recipe.
    """
    found = user_path(path, "--config")
    label = quote(path, PATH)
    if regular_file(found, f"--config {label}").st_size > MAX_BYTES:
        _refuse_size(label)
    try:
        with found.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"--config {label} cannot be read: {error.strerror}.") from None
    return read_settings(Path(path).name, content, recipe)


def read_settings(name: str, content: bytes | memoryview, recipe: str) -> dict[str, Any]:
    """Parses settings. Names and values of the knobs are checked by the recipe's config, not here.

    Args:
        name: of the file, for messages.
        content: JSON in UTF-8: an object of knobs, or a file downloaded from a page.
        recipe: name of the recipe.
    Returns:
        Values by name of the knob.
    Raises:
        ConfigError: the file is not valid, or has settings of another recipe.
    """
    label = quote(name)
    if len(content) > MAX_BYTES:
        _refuse_size(label)
    try:
        # Some editors write a byte order mark.
        text = bytes(content).decode("utf-8-sig")
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except _SettingsError as error:
        raise ConfigError(f"{label} {error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{label} is not text in UTF-8; it must be JSON: {_FORMS}.") from None
    except RecursionError:
        raise ConfigError(f"{label} is nested too deeply; it must be {_FORMS}.") from None
    except json.JSONDecodeError as error:
        where = f"{error.msg} in line {error.lineno}, column {error.colno}"
        raise ConfigError(f"{label} is not JSON ({where}); it must be {_FORMS}.") from None
    except ValueError:
        # Python refuses to convert more than 4,300 digits.
        raise ConfigError(f"{label} has a number with thousands of digits.") from None
    if not isinstance(document, dict):
        raise ConfigError(f"{label} must be {_FORMS}. Received: {quote(document)}.")
    knobs = _knobs_of(label, document, recipe)
    for knob, value in knobs.items():
        if not _is_flat(value):
            raise ConfigError(
                f"{label}: {quote(knob)} must be a string, a number, true, false or a list of "
                f"strings. Received: {quote(value)}."
            )
    return knobs


class _SettingsError(Exception):
    """Valid JSON that is not allowed in settings; the text is the end of a sentence."""


def _knobs_of(label: str, document: Mapping[str, Any], recipe: str) -> dict[str, Any]:
    """The settings in a document of either form."""
    config = document.get("config")
    if not isinstance(config, dict):
        return dict(document)
    if unknown := sorted(set(document) - {"recipe", "config"}):
        raise ConfigError(f"{label} must be {_FORMS}. Received also: {quote(unknown[0])}.")
    if document.get("recipe") != recipe:
        raise ConfigError(
            f"{label} must have settings of {recipe}. Received: those of "
            f"{quote(document.get('recipe', 'no recipe'))}."
        )
    return config


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _SettingsError(
                f"has {quote(name)} twice; each may be given only once. "
                f"Received: {quote(found[name])} and {quote(value)}."
            )
        found[name] = value
    return found


def _refuse_constant(constant: str) -> NoReturn:
    raise _SettingsError(f"must have finite numbers only. Received: {constant}.")


def _refuse_size(label: str) -> NoReturn:
    raise ConfigError(
        f"Settings may have up to {MAX_BYTES:,} bytes. Received: {label}, which is larger."
    )


def _is_flat(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str | bool | int | float)
