"""A real disk that is full: a small one in memory, in a mount namespace of the test's own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

_MB = 8
_MOUNTED = "mount -t tmpfs -o size={size}m tmpfs {disk} && exec {python} {script} {disk}"


def _namespace(command: str) -> list[str]:
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", command]


def _may_mount(folder: Path) -> bool:
    try:
        tried = subprocess.run(
            _namespace(f"mount -t tmpfs tmpfs {folder}"), check=False, capture_output=True
        )
    except FileNotFoundError:
        return False
    return tried.returncode == 0


def test_a_run_rests_while_the_disk_is_full_and_loses_nothing(tmp_path: Path) -> None:
    if not _may_mount(tmp_path):
        pytest.skip("file systems cannot be mounted here; test_faults.py has the same in part")
    script = Path(__file__).with_name("full_disk_process.py")
    command = _MOUNTED.format(size=_MB, disk=tmp_path, python=sys.executable, script=script)
    said = subprocess.run(
        _namespace(command),
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    sentence = "The disk is full. Nothing is lost: free some space, then resume the run."
    assert found["paused"] == sentence
    assert found["rows_when_full"] > 0
    refused = r"A run needs at least 4 MB of free space\. RUNS has 0\.\d MB\."
    assert re.fullmatch(refused, found["refused"])
    assert (found["state"], found["message"], found["left"]) == ("finished", "", [])
    assert found["scores"] == list(range(0, 3_001, 100))
