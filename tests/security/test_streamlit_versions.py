"""What we rely on in Streamlit's private parts, in each version that requirements.txt takes.

That of this environment is tested always. The others are fetched; where there is no network
they are skipped, and pytest says so.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from websockets.exceptions import InvalidStatus

from tests.support import ROOT
from tests.support.login_provider import guarded
from tests.support.visitor import Visitor, log_in

INSTALLED = Version(version("streamlit"))
OURS = f"{INSTALLED.major}.{INSTALLED.minor}"
# What pip says where nobody answers.
_UNREACHABLE = ("connection", "resolve", "timed out", "unreachable", "no matching distribution")


def minor_versions() -> list[str]:
    """Those in the range of requirements.txt, such as "1.65"."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    wanted = next(Requirement(line) for line in lines if line.startswith("streamlit"))
    return [f"1.{minor}" for minor in range(200) if f"1.{minor}.0" in wanted.specifier]


def test_that_of_this_environment_is_in_the_range() -> None:
    assert OURS in minor_versions()


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Has a version fetched; what to put before the other paths for it, empty for our own."""
    made: dict[str, str] = {}

    def fetch(minor: str) -> str:
        if minor == OURS:
            return ""
        if minor not in made:
            # By another name, Streamlit would take itself for a checkout of its own.
            folder = tmp_path_factory.mktemp(f"streamlit-{minor}") / "site-packages"
            _install(folder, f"streamlit=={minor}.*")
            _install(folder, *_missing(folder))
            made[minor] = str(folder)
        return made[minor]

    return fetch


def _install(folder: Path, *wanted: str) -> None:
    """Puts packages there, without what they need: the rest is as it is here."""
    if not wanted:
        return
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    options = ["--disable-pip-version-check", "--retries=1", "--timeout=10"]
    done = subprocess.run(
        [*pip, *options, f"--target={folder}", *wanted], capture_output=True, text=True
    )
    if done.returncode and any(each in done.stderr.lower() for each in _UNREACHABLE):
        pytest.skip(f"{wanted} cannot be fetched: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stderr


def _missing(folder: Path) -> list[str]:
    """What the packages there need, and this environment has in no version."""
    needed = [
        Requirement(line)
        for each in distributions(path=[str(folder)])
        for line in each.requires or []
    ]
    here = {each.name.lower() for each in distributions()}
    return [
        f"{each.name}{each.specifier}"
        for each in needed
        if each.name.lower() not in here
        and (each.marker is None or each.marker.evaluate({"extra": ""}))
    ]


# Runs in a process of its own, for two versions do not fit into one. Ends with the version.
_PRIVATE_PARTS = """
import sys
from types import SimpleNamespace

import streamlit
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

cleared = []
keras = SimpleNamespace(backend=SimpleNamespace(clear_session=lambda: cleared.append(1)))
sys.modules["keras"] = keras
nothing = AppTest.from_string("", default_timeout=60)
nothing.run()
assert cleared == [1], "Streamlit itself clears Keras' session no more: is the shim needed?"

from ganlib.ui import _compat

_compat.keep_keras_sessions()
nothing.run()
assert cleared == [1], "the shim does nothing"
assert PagesManager.uses_pages_directory is not None

_compat.ignore_server_wide_requests()
for kind in ("clear_cache", "load_git_info"):
    message = BackMsg(**{kind: True})
    assert message.WhichOneof("type") == kind
assert AppSession._handle_clear_cache_request.__module__ == _compat.__name__
_compat.flush_before_rerun()
_compat.send_whole_runs()
_compat.ignore_fragments_of_left_pages()
_compat.finish_callbacks()
_compat.handle_clicks_once()
assert AppSession._create_scriptrunner is _compat._start_after_flush
assert not config.get_option("server.enableStaticServing")
assert config.get_option("server.address") == "127.0.0.1"
print(streamlit.__version__)
"""


@pytest.mark.slow
@pytest.mark.parametrize("minor", minor_versions())
def test_private_parts(minor: str, fetched: Callable[[str], str], tmp_path: Path) -> None:
    path = os.pathsep.join(filter(None, [fetched(minor), str(ROOT)]))
    done = subprocess.run(
        [sys.executable, "-c", _PRIVATE_PARTS],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "GANLIB_RUNS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().startswith(f"{minor}."), done.stdout


@pytest.mark.slow
# Of our own, the other tests here say more.
@pytest.mark.parametrize("minor", [minor for minor in minor_versions() if minor != OURS])
def test_a_server_that_asks_for_a_login(
    minor: str, fetched: Callable[[str], str], tmp_path: Path
) -> None:
    path = os.pathsep.join(filter(None, [fetched(minor), str(ROOT)]))
    with guarded(tmp_path, variables={"PYTHONPATH": path}) as server:
        with Visitor(server.url) as stranger:
            page = stranger.open("distributions")
        assert page.elements[-1] == ("button", "Log in")
        assert b"Two samples" not in page.sent
        assert f"{minor}.".encode() in page.sent
        with pytest.raises(InvalidStatus), Visitor(server.url, host="evil.test"):
            pass
        cookies = log_in(server.url, "ada")
        token = cookies["_streamlit_xsrf"]
        with Visitor(server.url, cookies=cookies, token=token) as visitor:
            for name, text in (("toy", "Data"), ("runs", "Runs")):
                page = visitor.open(name)
                assert text in page.texts
                assert "exception" not in dict(page.elements)
    log = server.log()
    # An option of a look that a version does not know yet does no harm.
    unknown = re.findall(r'"([\w.]+)" is not a valid config option', log)
    assert all(option.startswith("theme.") for option in unknown), unknown
    assert "Traceback" not in log, log
