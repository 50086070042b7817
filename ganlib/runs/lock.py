"""The lock of a run: whoever holds it is the run's one writer."""

from pathlib import Path
from weakref import WeakValueDictionary

from filelock import BaseFileLock, FileLock, Timeout

from ganlib.errors import RunError

# A reader that asks whether the writer lives holds the lock for about a
# millisecond; a writer that meets one of them must not give up at once.
_PATIENCE_S = 0.5
# Who in this process held the lock of a folder last. Pages ask at every look whether a run
# lives, and need not ask the system where its owner is beside them.
_holders: "WeakValueDictionary[Path, RunLock]" = WeakValueDictionary()


class RunLock:
    """The lock of one run folder. The operating system frees it when its holder dies.

    It belongs to this object, whichever thread uses it, and is freed when the
    object is.

    Args:
        folder: the run's folder.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._lock: BaseFileLock | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._lock is not None and self._lock.is_locked

    def acquire(self) -> None:
        """Takes the lock; does nothing where this object holds it already.

        Raises:
            RunError: somebody else holds it, or the folder does not take it.
        """
        if not self.held and not self._take(_PATIENCE_S):
            raise RunError(
                f"Run {self._folder.name} is in use by another server or command line; "
                "stop it there first."
            )

    def try_acquire(self) -> bool:
        """Takes the lock if it is free at this moment.

        Raises:
            RunError: the folder does not take it (it is gone or read-only).
        """
        if self.held:
            return True
        holder = _holders.get(self._folder)
        return not (holder and holder.held) and self._take(0.0)

    def release(self) -> None:
        """Frees the lock; does nothing where this object does not hold it."""
        if self._lock is not None:
            self._lock.release()

    def _take(self, timeout_s: float) -> bool:
        # FileLock would make the folder of a deleted run anew.
        if not self._folder.is_dir():
            raise RunError(f"Run {self._folder.name} does not exist.")
        if self._lock is None:
            # thread_local=False: the manager takes it and the run's thread frees it.
            self._lock = FileLock(self._folder / "lock", thread_local=False)
        try:
            self._lock.acquire(timeout=timeout_s, poll_interval=0.01)
        except Timeout:
            return False
        except OSError as error:
            raise RunError(f"Run {self._folder.name} cannot be locked: {error.strerror}.") from None
        _holders[self._folder] = self
        return True
