"""Sample files of a run: arrays for every kept step, and pictures of them for images."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal
from weakref import WeakValueDictionary

import numpy as np

from ganlib.errors import RunError
from ganlib.events import Arrays, Samples
from ganlib.runs.arrays import read_arrays, write_arrays
from ganlib.runs.documents import DamagedError, damaged, name_of, read_file
from ganlib.runs.durable import make_folder, remove, replace_bytes
from ganlib.runs.images import is_images
from ganlib.runs.png_stamp import stamp, unstamp

Kind = Literal["fixed", "fresh"]
EncodeGrid = Callable[[np.ndarray], bytes]

_SUFFIX: dict[str, str] = {"fixed": ".png", "fresh": ".fresh.png"}
_NAME = re.compile(r"([0-9]{8,18})\.npz")
# Who writes into a folder in this process, and so knows what is in it.
_writers: "WeakValueDictionary[Path, SampleFolder]" = WeakValueDictionary()


class SampleFolder:
    """The folder "samples" of a run.

    Nothing in it waits for the disk: after a loss of power a file may be damaged, and
    is then told as such.

    Args:
        folder: that folder; made by the first write.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        # The arrays in it when it was last looked at, and the steps among them, in order.
        self._seen: tuple[frozenset[str], list[int]] = frozenset(), []
        # The steps in it while this object writes.
        self._known: list[int] = []

    def write(self, samples: Samples, encode_grid: EncodeGrid) -> None:
        """Keeps the samples of a step, and their grids where they are images."""
        make_folder(self._folder)
        stem = _stem(samples.step)
        if is_images(samples.fixed):
            for kind, images in (("fixed", samples.fixed), ("fresh", samples.fresh)):
                _write_picture(self._folder / (stem + _SUFFIX[kind]), encode_grid(images))
        arrays = {"fixed": samples.fixed, "fresh": samples.fresh, **samples.views}
        if samples.noise is not None:
            arrays["noise"] = samples.noise
        # Last: it is what readers list.
        write_arrays(self._folder / f"{stem}.npz", arrays, sync=False)
        goes_on = _writers.get(self._folder) is self and self._known[-1:] < [samples.step]
        self._known = [*self._known, samples.step] if goes_on else self._listed()
        _writers[self._folder] = self

    def close(self) -> None:
        """No more is written: readers look for themselves again."""
        if _writers.get(self._folder) is self:
            del _writers[self._folder]

    def write_real(self, real: np.ndarray, views: Arrays, encode_grid: EncodeGrid) -> None:
        """Keeps the real samples and what there is to be seen of them."""
        make_folder(self._folder)
        if is_images(real):
            _write_picture(self._folder / "real.png", encode_grid(real))
        write_arrays(self._folder / "real.npz", {"real": real, **views}, sync=False)

    def copy_from(self, other: "SampleFolder", last_step: int) -> None:
        """Keeps what another run has up to a step, the real samples too; damaged ones are left."""
        make_folder(self._folder)
        for stem in ("real", *(_stem(step) for step in other.steps() if step <= last_step)):
            for suffix in _SUFFIX.values():
                if (png := _whole_png(other._folder / (stem + suffix))) is not None:
                    _write_picture(self._folder / (stem + suffix), png)
            with suppress(DamagedError):
                arrays = read_arrays(other._folder / f"{stem}.npz")
                write_arrays(self._folder / f"{stem}.npz", arrays, sync=False)

    def drop_after(self, step: int) -> None:
        """Removes the samples of later steps, which a resumed run makes anew."""
        self.close()
        for later in self.steps():
            if later > step:
                for suffix in (".npz", *_SUFFIX.values()):
                    with suppress(IsADirectoryError):
                        remove(self._folder / (_stem(later) + suffix))

    def steps(self) -> list[int]:
        """The steps that have samples, in order."""
        # Pages ask at every look, and there may be thousands.
        writer = _writers.get(self._folder)
        return list(writer._known) if writer else self._listed()

    def _listed(self) -> list[int]:
        """The steps that the folder has, of which only new names are looked at."""
        seen, steps = self._seen
        try:
            names = frozenset(os.listdir(self._folder))
        except OSError:
            return []
        if not seen <= names:
            seen, steps = frozenset(), []
        # Without files that are just being written, whose names are gone the next time.
        new = frozenset(name for name in names - seen if name.endswith(".npz"))
        found = (self._step_of(name) for name in new)
        steps = sorted([*steps, *(step for step in found if step is not None)])
        self._seen = seen | new, steps
        return list(steps)

    def _step_of(self, name: str) -> int | None:
        match = _NAME.fullmatch(name)
        return int(match[1]) if match and (self._folder / name).is_file() else None

    def read(self, step: int) -> Arrays:
        """The arrays "fixed", "fresh" and, where they were kept, "noise" and the views.

        Raises:
            RunError: there are none at that step, or they are damaged.
        """
        return _read_with(self._folder / f"{_stem(step)}.npz", "fixed", "fresh")

    def read_real(self) -> Arrays:
        """The array "real", and the views of it.

        Raises:
            RunError: there are none yet, or they are damaged.
        """
        return _read_with(self._folder / "real.npz", "real")

    def grid(self, step: int, kind: Kind, encode_grid: EncodeGrid) -> bytes:
        """PNG of the samples at a step, made anew where the stored one is not whole.

        Raises:
            RunError: there are none at that step, they are damaged, or not images.
        """
        picture = self._folder / (_stem(step) + _SUFFIX[kind])
        return _whole_png(picture) or _encoded(self.read(step)[kind], encode_grid)

    def real_grid(self, encode_grid: EncodeGrid) -> bytes:
        """PNG of the real samples; see `grid`."""
        return _whole_png(self._folder / "real.png") or _encoded(
            self.read_real()["real"], encode_grid
        )


def _stem(step: int) -> str:
    return f"{step:08d}"


def _read_with(path: Path, *names: str) -> Arrays:
    """The arrays of a file that must have these, with a sample each at least."""
    arrays = read_arrays(path)
    if not all(name in arrays and arrays[name].ndim > 0 and len(arrays[name]) for name in names):
        raise damaged(name_of(path))
    return arrays


def _where(picture: Path) -> str:
    return "/".join(picture.parts[-3:])


def _write_picture(path: Path, png: bytes) -> None:
    replace_bytes(path, stamp(png, _where(path)), sync=False)


def _whole_png(path: Path) -> bytes | None:
    try:
        return unstamp(read_file(path), _where(path))
    except (FileNotFoundError, DamagedError):
        return None


def _encoded(samples: np.ndarray, encode_grid: EncodeGrid) -> bytes:
    if not is_images(samples):
        raise RunError("These samples are not images, so there is no picture of them.")
    return encode_grid(samples)
