"""Entry point of `python -m ganlib`."""

import sys

from ganlib.cli import main

if __name__ == "__main__":
    sys.exit(main())
