"""The devices that a run trains on: the processor, one GPU, or several."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal

import tensorflow as tf

from ganlib.config import RunConfig
from ganlib.errors import ConfigError

Devices = Literal["auto", "cpu", "gpu"]


@dataclass(frozen=True)
class DevicePlacement:
    """One device, or several that share each batch.

    Several devices have copies of the same weights. Each takes its shard of the batch, and the
    mean of their gradients updates every copy. Batch normalisation and minibatch
    discrimination see a device's own shard only, and Dropout draws the same mask on each.

    Args:
        devices: TensorFlow's names, at least one.
        name: for a user, such as "CPU" or "2 GPUs".
    """

    devices: tuple[str, ...]
    name: str

    @property
    def first(self) -> str:
        """TensorFlow's name of the first device, which also draws the samples."""
        return self.devices[0]

    @cached_property
    def strategy(self) -> tf.distribute.Strategy | None:
        """The strategy for several devices; None for one."""
        return tf.distribute.MirroredStrategy(self.devices) if len(self.devices) > 1 else None

    def scope(self) -> AbstractContextManager[object]:
        """Variables that are created in this scope live on these devices."""
        strategy = self.strategy
        scope: AbstractContextManager[object] = (
            strategy.scope() if strategy else tf.device(self.first)
        )
        return scope

    def run(self, step: Callable[..., tf.Tensor], *arguments: tf.Tensor) -> tf.Tensor:
        """Runs a step on all devices, inside a compiled function.

        Args:
            step: makes one step; see `shard`.
            arguments: of `step`, the same on every device.
        Returns:
            The mean of its results over all devices.
        """
        strategy = self.strategy
        if strategy is None:
            with tf.device(self.first):
                return step(*arguments)
        return strategy.reduce("MEAN", strategy.run(step, args=arguments), axis=None)

    def check(self, config: RunConfig) -> None:
        """Checks that the batch can be split over the devices.

        Raises:
            ConfigError: its size is no multiple of their number.
        """
        parts = len(self.devices) * config.packing
        if len(self.devices) > 1 and config.batch_size % parts:
            raise ConfigError(
                f"batch_size must be a multiple of {parts} on {self.name}. "
                f"Received: {config.batch_size}."
            )


def choose(devices: Devices) -> DevicePlacement:
    """The devices for a run.

    Args:
        devices: "auto" takes all GPUs, or the processor if there are none.

    Raises:
        ConfigError: a GPU was asked for and TensorFlow sees none.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if devices == "gpu" and not gpus:
        raise ConfigError(
            "devices must be auto or cpu on this machine: TensorFlow sees no GPU. Received: 'gpu'."
        )
    if devices == "cpu" or not gpus:
        return _PROCESSOR
    return _on_gpus(len(gpus))


def shard(batches: tf.Tensor) -> tf.Tensor:
    """This device's shard of each batch: (n, B, ...) -> (n, B / devices, ...)."""
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return batches
    updates, size, *sample = batches.shape
    size //= context.num_replicas_in_sync
    first = context.replica_id_in_sync_group * size
    return tf.reshape(batches[:, first : first + size], (updates, size, *sample))


def repeat(update: Callable[[Any], None], count: int) -> None:
    """Calls `update` with 0 to count - 1, in order, inside the compiled step.

    On one device the update is compiled once, as the body of a loop. Several devices cannot
    exchange gradients in the middle of a loop, so there it is compiled `count` times.

    Args:
        update: takes a number, or an int32 scalar inside the loop.
        count: number of calls.
    """
    if tf.distribute.get_replica_context().num_replicas_in_sync > 1 or count < 2:
        for index in range(count):
            update(index)
        return

    def body(index: tf.Tensor) -> tuple[tf.Tensor]:
        update(index)
        return (index + 1,)

    tf.while_loop(lambda index: index < count, body, (tf.constant(0),), parallel_iterations=1)


def mean_over_devices(values: list[tf.Tensor]) -> list[tf.Tensor]:
    """The mean of each value over all devices, the same on each of them."""
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return values
    means: list[tf.Tensor] = context.all_reduce(tf.distribute.ReduceOp.MEAN, values)
    return means


_PROCESSOR = DevicePlacement(("/CPU:0",), "CPU")


@cache
def _on_gpus(count: int) -> DevicePlacement:
    """The placement on all GPUs; cached, because a strategy can be created only once."""
    if count > 1:
        return DevicePlacement(tuple(f"/GPU:{index}" for index in range(count)), f"{count} GPUs")
    [gpu] = tf.config.list_physical_devices("GPU")
    name = tf.config.experimental.get_device_details(gpu).get("device_name", "GPU")
    return DevicePlacement(("/GPU:0",), str(name))
