"""changes.jsonl: what a user changed in the middle of a run, one checksummed JSON line each."""

from pathlib import Path

from ganlib.events import Change
from ganlib.runs.documents import decoded_lines, encode
from ganlib.runs.durable import AppendFile, replace_bytes


def read_changes(path: Path) -> tuple[Change, ...]:
    """All whole lines of the log, in order; torn and damaged ones are left out.

    Raises:
        TooNewError: a later version wrote it.
    """
    return tuple(
        Change(body["step"], body["knobs"], body["learns"])
        for body, _ in decoded_lines(_content(path), f"{path.parent.name}/{path.name}")
    )


class ChangesWriter:
    """Appends to a run's changes.jsonl, which the first change makes.

    Args:
        path: the log.
    """

    def __init__(self, path: Path):
        self._path = path
        self._file: AppendFile | None = None
        self._appended: Change | None = None

    def append(self, change: Change) -> None:
        """Adds a change, and waits until the disk has it: it decides the run's future."""
        if self._file is None:
            if not self._path.exists():
                replace_bytes(self._path, b"", sync=True)
            # A torn line at the end was never confirmed.
            self._file = AppendFile(self._path, _content(self._path).rfind(b"\n") + 1)
        # A sync may fail, and then all is tried again.
        if change is not self._appended:
            body = {"step": change.step, "knobs": change.knobs, "learns": change.learns}
            self._file.append(encode(body))
            self._appended = change
        self._file.sync()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
