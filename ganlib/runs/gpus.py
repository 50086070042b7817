"""Assigns each training process to the GPU with the fewest training processes."""

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

# Names the GPUs that a process sees, by number or by UUID, separated by commas.
VARIABLE = "CUDA_VISIBLE_DEVICES"
_TIMEOUT_S = 10.0


def visible_gpus() -> list[str]:
    """Returns the names of the GPUs that TensorFlow would see, without loading TensorFlow."""
    if (given := os.environ.get(VARIABLE)) is not None:
        return [name.strip() for name in given.split(",") if name.strip() not in ("", "-1")]
    try:
        listed = subprocess.run(
            ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return listed.stdout.split()


class GpuPool:
    """The GPUs of this machine, and which of them are in use. Safe in any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: dict[str, int] | None = None

    @contextmanager
    def one(self, *, needed: bool = True) -> Iterator[Mapping[str, str]]:
        """Takes the GPU with the fewest users, which is a free one if there is any.

        Args:
            needed: False for a process that uses no GPU, so that none is taken.

        Yields:
            Environment variables that restrict a process to one GPU; empty if there are fewer than
            two GPUs.
        """
        gpu = None
        with self._lock:
            if needed and self._users is None:
                self._users = dict.fromkeys(visible_gpus(), 0)
            users = self._users or {}
            if needed and len(users) > 1:
                gpu = min(users, key=users.__getitem__)
                users[gpu] += 1
        try:
            yield {} if gpu is None else {VARIABLE: gpu}
        finally:
            if gpu is not None:
                with self._lock:
                    users[gpu] -= 1


def shared_out(count: int) -> list[Mapping[str, str]]:
    """Returns the variables that make each of several processes see one GPU.

    Args:
        count: number of processes. If there are fewer GPUs, several processes share one. With
            fewer than two GPUs, every mapping is empty.
    """
    gpus = visible_gpus()
    return [{VARIABLE: gpus[at % len(gpus)]} if len(gpus) > 1 else {} for at in range(count)]
