"""Files that users bring along, kept where a run finds them again."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from ganlib.data.digest import digest_of
from ganlib.data.download import cache_folder
from ganlib.data.own_table import own_table
from ganlib.data.quickdraw import own_drawings
from ganlib.errors import DataError
from ganlib.ui.components.errors import deferred_errors

MOST_MB = 200

# Keeps the file of this name and content, and says where.
Keep = Callable[[str, bytes | memoryview], Path]


def keep_drawings(name: str, content: bytes | memoryview) -> Path:
    """Keeps a .npy file of drawings; see `_keep`."""
    return _keep(name, content, lambda path: own_drawings(str(path)).count())


def keep_table(name: str, content: bytes | memoryview) -> Path:
    """Keeps a table; see `_keep`."""
    return _keep(name, content, lambda path: own_table(str(path)))


def take_upload(key: str, keep: Keep, replaced: Callable[[], None]) -> None:
    """What an uploader with the key `<key>:upload` does when it has a file, or none any more.

    Args:
        key: session state key of the file's path; empty while there is none. What is wrong
            with a file is left in `<key>:problem`.
        keep: keeps it.
        replaced: called once the path is another one.
    """
    upload = st.session_state[f"{key}:upload"]
    drop(key)
    if upload is not None:
        with deferred_errors(f"{key}:problem"):
            st.session_state[key] = str(keep(upload.name, upload.getbuffer()))
    replaced()


def offer_anew(key: str, take: Callable[[], None]) -> None:
    """Says that a file is not what it was, with a button that takes it as it is.

    Args:
        key: session state key of the file's path.
        take: what the button does.
    """
    st.warning("The file has changed since these settings were saved.", icon=":material/warning:")
    st.button("Use the changed file", key=f"{key}:anew", on_click=take)


def drop(key: str) -> None:
    """Forgets the file, and what was wrong with it."""
    st.session_state[key] = ""
    st.session_state[f"{key}:problem"] = ""


def _keep(name: str, content: bytes | memoryview, check: Callable[[Path], object]) -> Path:
    """Puts a file into the cache, under a folder that is named after its bytes.

    A run is to find its data whatever is brought along later, so another content never
    takes the place of one that was kept.

    Args:
        name: the file's name where it comes from; used only as far as it is harmless.
        content: all of the file.
        check: raises DataError where the file is not what it should be.
    Returns:
        Where it is kept.

    Raises:
        DataError: it is not what it should be, or cannot be kept.
    """
    if len(content) > MOST_MB * 2**20:
        raise DataError(f"A file of your own may have up to {MOST_MB} MB. Received: {name}.")
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
        check(path)
    except DataError as error:
        # The same bytes may be there under another name, which a run has.
        path.unlink(missing_ok=True)
        if not was_there:
            shutil.rmtree(path.parent, ignore_errors=True)
        # Where it was kept for a moment concerns nobody.
        kept = str(path) if str(path) in str(error) else path.name
        raise DataError(str(error).replace(kept, name)) from None
    return path


def _harmless(name: str) -> str:
    stem = re.sub(r"[^A-Za-z0-9 _-]", "_", Path(name).stem).strip() or "own"
    suffix = re.sub(r"[^A-Za-z0-9.]", "", Path(name).suffix)
    return f"{stem[:60]}{suffix[:10]}"
