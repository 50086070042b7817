"""Streamlit's command line, where whoever asks a page that is being drawn comes a bit too late.

The worst moment, made certain: before a thread is asked to draw once more, it has just ended.
With `--as-it-comes`, Streamlit does then what it does without us.
"""

import sys

from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.web.cli import main

from ganlib.ui.server import server

_PATIENCE_S = 20.0
_ask = ScriptRunner.request_rerun


def _ask_too_late(runner: ScriptRunner, data: object) -> bool:
    if runner._script_thread is not None:
        runner._script_thread.join(_PATIENCE_S)
    return _ask(runner, data)


ScriptRunner.request_rerun = _ask_too_late
if "--as-it-comes" in sys.argv:
    sys.argv.remove("--as-it-comes")
    server.flush_before_rerun = lambda: None

if __name__ == "__main__":
    main(prog_name="streamlit")
