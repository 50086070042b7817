"""Where a run trains."""

from types import SimpleNamespace

import pytest
import tensorflow as tf

from ganlib.errors import ConfigError
from ganlib.training import devices


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])


@pytest.mark.usefixtures("no_gpu")
def test_without_a_gpu() -> None:
    assert devices.choose("auto") == ("/CPU:0", "CPU")
    assert devices.choose("cpu") == ("/CPU:0", "CPU")
    with pytest.raises(ConfigError) as caught:
        devices.choose("gpu")
    assert str(caught.value) == (
        "devices must be auto or cpu on this machine: TensorFlow sees no GPU. Received: 'gpu'."
    )


@pytest.mark.parametrize("in_use_already", [False, True])
def test_with_a_gpu(monkeypatch: pytest.MonkeyPatch, in_use_already: bool) -> None:
    gpu = SimpleNamespace(name="/physical_device:GPU:0")
    grown = []

    def grow(device: object, enable: bool) -> None:
        if in_use_already:
            raise RuntimeError("Physical devices cannot be modified after being initialized")
        grown.append((device, enable))

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [gpu])
    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", grow)
    monkeypatch.setattr(
        tf.config.experimental, "get_device_details", lambda device: {"device_name": "A100"}
    )
    assert devices.choose("cpu") == ("/CPU:0", "CPU")
    assert grown == []
    assert devices.choose("auto") == ("/GPU:0", "A100")
    assert devices.choose("gpu") == ("/GPU:0", "A100")
    assert grown == ([] if in_use_already else [(gpu, True)] * 2)
