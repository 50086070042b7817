"""The README's example."""

import re

import pytest

from tests.support import ROOT


@pytest.fixture(scope="session")
def example() -> str:
    """The block of Python in the README."""
    [block] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    return block
