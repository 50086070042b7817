"""Streamlit's command line, in a process whose table of runs raises what nobody has thought of."""

from streamlit.web.cli import main

import ganlib.ui

SECRET = "the scale in /a/folder/of/the/server"


def runs_table() -> None:
    raise ZeroDivisionError(SECRET)


ganlib.ui.runs_table = runs_table

if __name__ == "__main__":
    main(prog_name="streamlit")
