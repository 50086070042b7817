"""The installed package: its command, and that the wheel holds the app and the data."""

import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from ganlib.cli import main
from tests.support import ROOT
from tests.support.server import START_S, becomes_healthy, environment, free_port


def test_the_wheel_holds_the_app_the_data_and_the_licence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (metadata,) = (name for name in names if name.endswith("METADATA"))
        (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
        described = archive.read(metadata).decode()
        assert "ganlib = ganlib.cli:main" in archive.read(entry_points).decode()
    pages = {f"ganlib/dashboard/pages/{page.name}" for page in (ROOT / "pages").glob("*.py")}
    assert names >= pages | {
        "ganlib/dashboard/app.py",
        "ganlib/dashboard/.streamlit/config.toml",
        "ganlib/data/bundled/mnist_10000.npz",
        "ganlib/ui/icon.png",
    }
    examples = (ROOT / "ganlib/runs/examples").rglob("*.*")
    assert names >= {path.relative_to(ROOT).as_posix() for path in examples}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith("tests/") or "__pycache__" in name for name in names)
    wanted = {
        line.partition(">")[0]
        for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
        if not line.startswith("#")
    }
    required = {
        line.removeprefix("Requires-Dist: ").partition(">")[0].partition("<")[0]
        for line in described.splitlines()
        if line.startswith("Requires-Dist: ")
    }
    assert {name.lower() for name in required} == {name.lower() for name in wanted}


def test_the_dashboard_is_served_from_any_folder(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "ganlib", "dashboard", "--no-browser", "--port", str(port)]
    log = tmp_path / "log.txt"
    with log.open("wb") as file:
        server = subprocess.Popen(
            command, cwd=tmp_path, env=environment(tmp_path), stdout=file, stderr=file
        )
    try:
        assert becomes_healthy(f"http://127.0.0.1:{port}", server, time.monotonic() + START_S)
    finally:
        server.terminate()
        server.wait(30)
    assert "WARNING" not in log.read_text("utf-8")


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "1e3"])
def test_a_port_that_is_none(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dashboard", f"--port={port}"]) == 2
    assert capsys.readouterr().err == (
        f"--port takes a whole number from 1 to 65,535. Received: {port!r}.\n"
    )


def test_the_tests_that_the_security_notes_name_exist() -> None:
    rows = [
        line.rpartition("|")[0].rpartition("|")[2]
        for line in (ROOT / ".github/SECURITY.md").read_text("utf-8").splitlines()
        if line.startswith("| ")
    ]
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    assert len(named) > 20
    missing = [
        name
        for name in named
        if not (ROOT / "tests" / f"{name}.py").exists() and not (ROOT / "tests" / name).is_dir()
    ]
    assert not missing
