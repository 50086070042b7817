"""The command that serves the dashboard."""

import argparse
import os
import sys
from pathlib import Path

from ganlib.runs.webhook import check_addresses

_PACKAGE = Path(__file__).parents[1]


def dashboard(arguments: argparse.Namespace) -> int:
    """Replaces this process by Streamlit's server; its settings are in .streamlit/config.toml.

    Args:
        arguments: `port`, or None to let Streamlit choose; `no_browser`, to open no browser.

    Returns:
        Never: this process becomes the server and ends with the server's exit code.

    Raises:
        UserError: GANLIB_WEBHOOK or GANLIB_URL is not an address.
    """
    check_addresses()
    command = [sys.executable, "-m", "ganlib.serve", "run", str(app_script())]
    headless = arguments.no_browser or not _has_display()
    command += ["--server.headless", str(headless).lower(), "--server.showEmailPrompt", "false"]
    if arguments.port is not None:
        command += ["--server.port", str(arguments.port)]
    sys.stdout.flush()
    os.execv(sys.executable, command)


def app_script() -> Path:
    """Returns the script that Streamlit runs, in the same folder as `pages/` and `.streamlit/`.

    In an installed package this is `ganlib/dashboard/`, in the source tree the top level.
    """
    installed = _PACKAGE / "dashboard" / "app.py"
    return installed if installed.is_file() else _PACKAGE.parent / "app.py"


def _has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
