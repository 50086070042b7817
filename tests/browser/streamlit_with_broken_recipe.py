"""Streamlit's command line, in a process that has one more recipe: `toy/broken`."""

from pathlib import Path

from streamlit.web.cli import main

import ganlib.recipes

ganlib.recipes.__path__.append(str(Path(__file__).parent / "extra_recipes"))

if __name__ == "__main__":
    main(prog_name="streamlit")
