"""The lock of a run. Only its holder may write the run."""

import os
import sys
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from ganlib.errors import RunError

if sys.platform != "win32":
    import fcntl

# A reader that checks whether a run has an owner holds the lock for a moment, so a writer must not
# give up at once.
_TIMEOUT_S = 0.5
# Two threads that check with an exclusive lock would take each other for the owner.
_owner_check = threading.Lock()


class RunLock:
    """Locks the folder of a run. The operating system releases the lock when the process ends.

    The lock belongs to this object and not to a thread. It is released when the object is deleted.
    A process can share it with one that it starts; then it is free once both have ended.

    Args:
        folder: the run's folder.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        # thread_local=False: the manager acquires it and the run's thread releases it.
        self._lock = FileLock(folder / "lock", thread_local=False)
        self._inherited: int | None = None

    @property
    def held(self) -> bool:
        """True if this object holds the lock."""
        return self._inherited is not None or self._lock.is_locked

    @property
    def descriptor(self) -> int:
        """The file descriptor of the held lock. A child process that inherits it holds it, too.

        Raises:
            RuntimeError: this object does not hold the lock.
        """
        # filelock has no public way to the descriptor that it locks.
        descriptor = self._lock._context.lock_file_fd
        if descriptor is None:
            raise RuntimeError("the lock is not held")
        return descriptor

    def inherit(self, descriptor: int) -> None:
        """Shares a lock that the parent process holds.

        Args:
            descriptor: see `descriptor`; the operating system has handed it on.
        """
        # Not to the processes that this one starts.
        os.set_inheritable(descriptor, False)
        self._inherited = descriptor

    def acquire(self, timeout_s: float = _TIMEOUT_S) -> None:
        """Acquires the lock; does nothing if this object already holds it.

        Args:
            timeout_s: maximum time to wait, in seconds.

        Raises:
            RunError: the lock is in use, or the folder is missing or read-only.
        """
        if self.held:
            return
        # FileLock would create the folder of a deleted run again.
        if not self._folder.is_dir():
            raise RunError(f"Run {self._folder.name} does not exist.")
        try:
            self._lock.acquire(timeout=timeout_s, poll_interval=0.01)
        except Timeout:
            raise RunError(
                f"Run {self._folder.name} is in use by another server or command line; "
                "stop it there first."
            ) from None
        except OSError as error:
            raise RunError(f"Run {self._folder.name} cannot be locked: {error.strerror}.") from None

    def release(self) -> None:
        """Releases the lock; does nothing if this object does not hold it."""
        if self._inherited is not None:
            # Closing leaves the lock to the parent process; unlocking would take it from both.
            os.close(self._inherited)
            self._inherited = None
        self._lock.release()


def is_owned(folder: Path) -> bool:
    """True if anybody holds the lock of a run, or if that cannot be determined."""
    if sys.platform != "win32":
        try:
            with open(folder / "lock", "rb") as file:
                # Readers share a lock of the kind that filelock takes exclusively, so that they do
                # not take each other for the owner, and can check a run in a read-only folder.
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return False
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        except OSError:
            # The file system has no such locks; filelock then has a way of its own.
            pass
    lock = RunLock(folder)
    with _owner_check:
        try:
            lock.acquire(timeout_s=0.0)
            return False
        except RunError:
            return True
        finally:
            lock.release()
