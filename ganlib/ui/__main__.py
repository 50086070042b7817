"""Streamlit's command line, after everything that the first page needs has been imported.

`python -m ganlib.ui run app.py` serves the dashboard. With `streamlit run app.py`, the first page
of a new server waits a second longer, because the modules are imported when somebody opens it.
"""

import runpy

from ganlib import recipes

if __name__ == "__main__":
    recipes.all_recipes()
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
