"""All that is here only to make training faster.

`ganlib.fast.accelerate` replaces layers of a network by faster ones, and `ganlib.fast.optimisers`
has optimisers with one operation per weight; both give the same numbers, but for rounding. The
environment variable GANLIB_FAST=0 switches all of it off: networks and optimisers are then those
of Keras.
"""

import os


def enabled() -> bool:
    """True unless the environment variable GANLIB_FAST is 0."""
    return os.environ.get("GANLIB_FAST", "1") != "0"
