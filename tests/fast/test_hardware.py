"""What a machine says of itself."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import pytest
import tensorflow as tf
from keras import layers

from ganlib.fast import small_images, thin
from ganlib.fast.hardware import device_of, on_gpu, processor_flags

FLAGS = "processor\t: 0\nmodel name\t: Some\nflags\t\t: fpu avx2 {}\n\nflags\t\t: fpu avx2 {}\n"


def test_flags_are_those_of_the_systems_file(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(FLAGS.format("avx512f", "avx512f"))
    assert processor_flags(cpuinfo) == {"fpu", "avx2", "avx512f"}
    # Of a system without that file nothing is known.
    assert processor_flags(tmp_path / "none") == frozenset()


def test_a_layer_is_where_its_weights_are() -> None:
    layer = layers.Dense(1)
    layer.build((None, 1))
    assert device_of(layer).endswith("device:CPU:0")
    assert not on_gpu(layer)
    # Also while others stand in for them.
    with keras.StatelessScope([(weight, tf.zeros(weight.shape)) for weight in layer.weights]):
        assert device_of(layer).endswith("device:CPU:0")
    layer.weights[0]._value = SimpleNamespace(device="/job:localhost/task:0/device:GPU:0")
    assert on_gpu(layer)


@pytest.mark.parametrize(
    ("layer", "module", "ours"),
    [
        (thin.ThinConv2D(1, 3, padding="same"), thin, "_convolve"),
        (thin.ThinConv2DTranspose(1, 3, padding="same"), thin, "_transpose"),
        (small_images.SmallImageConv2D(1, 3, padding="same"), small_images, "_convolve"),
    ],
)
def test_a_machine_with_a_gpu_also_has_a_processor(
    layer: layers.Layer, module: Any, ours: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = SimpleNamespace(name="/physical_device:GPU:0", device_type="GPU")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [gpu])
    calls = []
    calculate = getattr(module, ours)
    monkeypatch.setattr(module, ours, lambda *given: calls.append(ours) or calculate(*given))
    layer(tf.zeros((1, 4, 4, 2)))
    assert calls == [ours]
