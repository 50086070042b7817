"""Both ways to a convolution's gradients, whatever the processor of these tests."""

import pytest

from ganlib.models import quick


@pytest.fixture(params=[True, False], ids=["quick", "TensorFlow's"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradients are made as without AVX-512, and as with it."""
    monkeypatch.setattr(quick, "_pays", lambda: request.param)
