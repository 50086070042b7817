"""Where a run trains."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.errors import ConfigError
from ganlib.training import devices
from ganlib.training.devices import DevicePlacement

CPU = DevicePlacement(("/CPU:0",), "CPU")
TWO = DevicePlacement(("/GPU:0", "/GPU:1"), "2 GPUs")


@pytest.fixture(autouse=True)
def seen_anew() -> Iterator[None]:
    """What a test says of GPUs is not the next one's."""
    devices._on_gpus.cache_clear()
    yield
    devices._on_gpus.cache_clear()


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])


@pytest.mark.usefixtures("no_gpu")
def test_without_a_gpu() -> None:
    assert devices.choose("auto") == devices.choose("cpu") == CPU
    assert CPU.strategy is None
    with pytest.raises(ConfigError) as caught:
        devices.choose("gpu")
    assert str(caught.value) == (
        "devices must be auto or cpu on this machine: TensorFlow sees no GPU. Received: 'gpu'."
    )


def test_with_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = SimpleNamespace(name="/physical_device:GPU:0")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [gpu])
    monkeypatch.setattr(
        tf.config.experimental, "get_device_details", lambda device: {"device_name": "A100"}
    )
    assert devices.choose("cpu") == CPU
    one = DevicePlacement(("/GPU:0",), "A100")
    assert devices.choose("auto") == devices.choose("gpu") == one


def test_with_two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus = [SimpleNamespace(name=f"/physical_device:GPU:{index}") for index in (0, 1)]
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: gpus)
    assert devices.choose("auto") == TWO
    assert TWO.first == "/GPU:0"
    # The same place each time, for there is one strategy for these devices.
    assert devices.choose("gpu") is devices.choose("auto")
    assert devices.choose("cpu") == CPU


@pytest.mark.parametrize(("batch_size", "packing", "parts"), [(63, 1, 2), (66, 2, 4)])
def test_a_batch_is_shared_in_equal_parts(batch_size: int, packing: int, parts: int) -> None:
    config = RunConfig(batch_size=batch_size, packing=packing)
    CPU.check(config)
    with pytest.raises(ConfigError) as caught:
        TWO.check(config)
    assert str(caught.value) == (
        f"batch_size must be a multiple of {parts} on 2 GPUs. Received: {batch_size}."
    )
    TWO.check(config.model_copy(update={"batch_size": 16 * parts}))
