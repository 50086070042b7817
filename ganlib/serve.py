"""Streamlit's command line, after everything that the first page needs has been imported.

`python -m ganlib.serve run app.py` serves the dashboard. With `streamlit run app.py`, the first
page of a new server waits a second longer, because the modules are imported when it is opened.
"""

import logging
import runpy
from importlib import import_module

from ganlib import recipes


def _import_pages() -> None:
    # Streamlit would warn, for every function with a cache, that there is no server yet.
    logging.disable(logging.WARNING)
    import_module("ganlib.ui")
    recipes.all_recipes()
    logging.disable(logging.NOTSET)


if __name__ == "__main__":
    _import_pages()
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
