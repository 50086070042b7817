"""Uploaded files, saved where a run finds them again."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from ganlib.data.digest import digest_of
from ganlib.data.download import cache_folder
from ganlib.errors import DataError
from ganlib.ui.components.errors import deferred_errors

MAX_MB = 200
Check = Callable[[str], object]


def take_upload(key: str, check: Check, replaced: Callable[[], None]) -> None:
    """Callback of the uploader with the key `<key>:upload`, for a new or a removed file.

    Args:
        key: session state key of the file's path, which is empty if there is no file. An error
            is stored in `<key>:problem`.
        check: see `keep`.
        replaced: called after the path has changed.
    """
    upload = st.session_state[f"{key}:upload"]
    drop(key)
    if upload is not None:
        with deferred_errors(f"{key}:problem"):
            st.session_state[key] = str(keep(upload.name, upload.getbuffer(), check))
    replaced()


def offer_changed_file(key: str, take: Callable[[], None]) -> None:
    """Warns that a file has changed, and offers a button to use it all the same.

    Args:
        key: session state key of the file's path.
        take: callback of the button.
    """
    st.warning("The file has changed since these settings were saved.", icon=":material/warning:")
    st.button("Use the changed file", key=f"{key}:changed", on_click=take)


def drop(key: str) -> None:
    """Removes a file and its error from the session state."""
    st.session_state[key] = ""
    st.session_state[f"{key}:problem"] = ""


def keep(name: str, content: bytes | memoryview, check: Check) -> Path:
    """Saves a file in the cache, in a folder named after the digest of its content.

    Another content never replaces a saved one, so that a run always finds its data.

    Args:
        name: name of the uploaded file; unsafe characters are replaced.
        content: bytes of the file.
        check: reads the file at a path; raises DataError if it is not valid.
    Returns:
        Path of the saved file.

    Raises:
        DataError: the file is too large, is not valid or cannot be saved.
    """
    if len(content) > MAX_MB * 2**20:
        raise DataError(f"A file of your own may have up to {MAX_MB} MB. Received: {name}.")
    path = cache_folder() / "own" / digest_of(content) / _harmless(name)
    if path.exists():
        return path
    part = path.with_name(f"{path.name}.part")
    was_there = path.parent.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise DataError(f"{path.name} could not be saved: {error.strerror}.") from None
    try:
        check(str(path))
    except DataError as error:
        # The folder may contain the same bytes under another name, for an earlier run.
        path.unlink(missing_ok=True)
        if not was_there:
            shutil.rmtree(path.parent, ignore_errors=True)
        # The temporary path means nothing to the user, who knows the file by its own name.
        saved_as = str(path) if str(path) in str(error) else path.name
        raise DataError(str(error).replace(saved_as, name)) from None
    return path


def _harmless(name: str) -> str:
    stem = re.sub(r"[^A-Za-z0-9 _-]", "_", Path(name).stem).strip() or "own"
    suffix = re.sub(r"[^A-Za-z0-9.]", "", Path(name).suffix)
    return f"{stem[:60]}{suffix[:10]}"
