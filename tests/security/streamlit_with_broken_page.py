"""Streamlit's command line, in a process whose table of runs raises what nobody has thought of."""

from streamlit.web.cli import main

import ganlib.ui

SECRET = "the scale in /a/folder/of/the/server"


def runs_table() -> None:
    raise ZeroDivisionError(SECRET)


# Whoever imports this wants to know the secret, and no broken page.
if __name__ == "__main__":
    ganlib.ui.runs_table = runs_table
    main(prog_name="streamlit")
