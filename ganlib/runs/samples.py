"""Sample files of a run: arrays for every kept step, and pictures of them for images."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np

from ganlib.errors import RunError
from ganlib.events import Arrays, Samples
from ganlib.runs.arrays import read_arrays, write_arrays
from ganlib.runs.durable import make_folder, remove, replace_bytes
from ganlib.runs.images import is_images

Kind = Literal["fixed", "fresh"]
EncodeGrid = Callable[[np.ndarray], bytes]

_SUFFIX: dict[str, str] = {"fixed": ".png", "fresh": ".fresh.png"}
# How a whole PNG ends: the length, name and checksum of its last chunk.
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"


class SampleFolder:
    """The folder "samples" of a run.

    Nothing in it waits for the disk: after a loss of power a file may be damaged, and
    is then told as such.

    Args:
        folder: that folder; made by the first write.
    """

    def __init__(self, folder: Path):
        self._folder = folder

    def write(self, samples: Samples, encode_grid: EncodeGrid) -> None:
        """Keeps the samples of a step, and their grids where they are images."""
        make_folder(self._folder)
        stem = _stem(samples.step)
        if is_images(samples.fixed):
            for kind, images in (("fixed", samples.fixed), ("fresh", samples.fresh)):
                picture = self._folder / (stem + _SUFFIX[kind])
                replace_bytes(picture, encode_grid(images), sync=False)
        arrays = {"fixed": samples.fixed, "fresh": samples.fresh, **samples.views}
        if samples.noise is not None:
            arrays["noise"] = samples.noise
        # Last: it is what readers list.
        write_arrays(self._folder / f"{stem}.npz", arrays, sync=False)

    def write_real(self, real: np.ndarray, views: Arrays, encode_grid: EncodeGrid) -> None:
        """Keeps the real samples and what there is to be seen of them."""
        make_folder(self._folder)
        if is_images(real):
            replace_bytes(self._folder / "real.png", encode_grid(real), sync=False)
        write_arrays(self._folder / "real.npz", {"real": real, **views}, sync=False)

    def drop_after(self, step: int) -> None:
        """Removes the samples of later steps, which a resumed run makes anew."""
        for later in self.steps():
            if later > step:
                for suffix in (".npz", *_SUFFIX.values()):
                    remove(self._folder / (_stem(later) + suffix))

    def steps(self) -> list[int]:
        """The steps that have samples, in order."""
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        stems = (name.removesuffix(".npz") for name in names if name.endswith(".npz"))
        return sorted(int(stem) for stem in stems if stem.isdecimal())

    def read(self, step: int) -> Arrays:
        """The arrays "fixed", "fresh" and, where they were kept, "noise" and the views.

        Raises:
            RunError: there are none at that step, or they are damaged.
        """
        return read_arrays(self._folder / f"{_stem(step)}.npz")

    def read_real(self) -> Arrays:
        """The array "real", and the views of it.

        Raises:
            RunError: there are none yet, or they are damaged.
        """
        arrays = read_arrays(self._folder / "real.npz")
        _member(arrays, "real")
        return arrays

    def grid(self, step: int, kind: Kind, encode_grid: EncodeGrid) -> bytes:
        """PNG of the samples at a step, made anew where the stored one is not whole.

        Raises:
            RunError: there are none at that step, they are damaged, or not images.
        """
        picture = self._folder / (_stem(step) + _SUFFIX[kind])
        return _whole_png(picture) or _encoded(_member(self.read(step), kind), encode_grid)

    def real_grid(self, encode_grid: EncodeGrid) -> bytes:
        """PNG of the real samples; see `grid`."""
        return _whole_png(self._folder / "real.png") or _encoded(
            self.read_real()["real"], encode_grid
        )


def _stem(step: int) -> str:
    return f"{step:08d}"


def _whole_png(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError:
        return b""
    return content if content.startswith(b"\x89PNG") and content.endswith(_PNG_END) else b""


def _member(arrays: Arrays, name: str) -> np.ndarray:
    if name not in arrays:
        raise RunError(f"The samples hold no {name!r}; they hold {', '.join(arrays)}.")
    return arrays[name]


def _encoded(samples: np.ndarray, encode_grid: EncodeGrid) -> bytes:
    if not is_images(samples):
        raise RunError("These samples are not images, so there is no picture of them.")
    return encode_grid(samples)
