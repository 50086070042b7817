"""Files that users bring along, kept where a run finds them again."""

import hashlib
import re
import shutil
from pathlib import Path

import numpy as np

from ganlib.data.download import cache_folder
from ganlib.data.quickdraw import QuickDraw
from ganlib.errors import DataError

MOST_MB = 200


def keep(name: str, content: bytes | memoryview) -> Path:
    """Puts drawings into the cache, under a folder that is named after their bytes.

    A run is to find its data whatever is brought along later, so another content never
    takes the place of one that was kept.

    Args:
        name: the file's name where it comes from; used only as far as it is harmless.
        content: all of the file.
    Returns:
        Where it is kept.

    Raises:
        DataError: it holds no drawings, or cannot be kept.
    """
    if len(content) > MOST_MB * 2**20:
        raise DataError(f"A file of your own may have up to {MOST_MB} MB. Received: {name}.")
    digest = hashlib.blake2b(content, digest_size=12).hexdigest()
    path = cache_folder() / "own" / digest / _harmless(name)
    if path.exists():
        return path
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise DataError(f"{path.name} could not be kept: {error.strerror}.") from None
    try:
        look(str(path), 1)
    except DataError as error:
        shutil.rmtree(path.parent, ignore_errors=True)
        # Where it was kept for a moment concerns nobody.
        raise DataError(str(error).replace(str(path), name)) from None
    return path


def look(path: str, count: int) -> tuple[int, np.ndarray]:
    """(how many drawings there are, (n, 28, 28) uint8 of the first of them).

    Raises:
        DataError: it holds no drawings.
    """
    report = QuickDraw(own_file=path).locate().report
    drawings = np.load(path, mmap_mode="r", allow_pickle=False)
    return int(report.count or len(drawings)), np.array(drawings[:count]).reshape(-1, 28, 28)


def _harmless(name: str) -> str:
    stem = re.sub(r"[^A-Za-z0-9 _-]", "_", Path(name).stem).strip() or "drawings"
    return f"{stem[:60]}.npy"
