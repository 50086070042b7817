"""The same two GANs in eager PyTorch, as one would write them: `rivals.py` runs this.

Needs PyTorch and nothing of ours. Channels last, generated samples shared by both phases,
gradients set to None, autocast for bfloat16. Prints a rate in steps per second for every
line it reads from standard input, which is a number of seconds to train for.
"""

import contextlib
import sys
import time
from collections.abc import Callable

import torch
from torch import nn

BATCH = 128


def normalised(channels: int, momentum: float) -> list[nn.Module]:
    # PyTorch's momentum is the share of what is new.
    return [nn.BatchNorm2d(channels, eps=1e-3, momentum=1 - momentum), nn.ReLU()]


def dcgan() -> tuple[nn.Module, nn.Module, int]:
    """(generator, discriminator, latent size) of `mnist/dcgan`."""

    def judged(into: int, out: int, stride: int, *before: nn.Module) -> list[nn.Module]:
        convolution = nn.Conv2d(into, out, 3, stride, padding=1)
        return [convolution, *before, nn.BatchNorm2d(out, eps=1e-3, momentum=0.2)]

    def end() -> list[nn.Module]:
        return [nn.LeakyReLU(0.2), nn.Dropout(0.25)]

    generator = nn.Sequential(
        nn.Linear(100, 7 * 7 * 128),
        nn.ReLU(),
        nn.Unflatten(1, (128, 7, 7)),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(128, 128, 3, padding=1),
        *normalised(128, 0.8),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(128, 64, 3, padding=1),
        *normalised(64, 0.8),
        nn.Conv2d(64, 1, 3, padding=1),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, 32, 3, 2, padding=1),
        *end(),
        *judged(32, 64, 2, nn.ZeroPad2d((0, 1, 0, 1))),
        *end(),
        *judged(64, 128, 2),
        *end(),
        *judged(128, 256, 1),
        *end(),
        nn.Flatten(),
        nn.Linear(256 * 4 * 4, 1),
    )
    return generator, discriminator, 100


def quickdraw() -> tuple[nn.Module, nn.Module, int]:
    """(generator, discriminator, latent size) of `quickdraw/conv`."""
    generator = nn.Sequential(
        nn.Linear(32, 7 * 7 * 64),
        nn.BatchNorm1d(7 * 7 * 64, eps=1e-3, momentum=0.1),
        nn.ReLU(),
        nn.Unflatten(1, (64, 7, 7)),
        nn.Dropout(0.4),
        nn.Upsample(scale_factor=2),
        nn.ConvTranspose2d(64, 32, 5, padding=2),
        *normalised(32, 0.9),
        nn.Upsample(scale_factor=2),
        nn.ConvTranspose2d(32, 16, 5, padding=2),
        *normalised(16, 0.9),
        nn.ConvTranspose2d(16, 8, 5, padding=2),
        *normalised(8, 0.9),
        nn.Conv2d(8, 1, 5, padding=2),
        nn.Sigmoid(),
    )
    layers: list[nn.Module] = []
    for into, out, stride in ((1, 64, 2), (64, 128, 2), (128, 256, 2), (256, 512, 1)):
        layers += [nn.Conv2d(into, out, 5, stride, padding=2), nn.ReLU(), nn.Dropout(0.4)]
    discriminator = nn.Sequential(*layers, nn.Flatten(), nn.Linear(512 * 4 * 4, 1))
    return generator, discriminator, 32


GANS: dict[str, Callable[[], tuple[nn.Module, nn.Module, int]]] = {
    "mnist/dcgan": dcgan,
    "quickdraw/conv": quickdraw,
}


def step_of(name: str, precision: str) -> Callable[[], None]:
    """One update of the discriminator and one of the generator."""
    generator, discriminator, size = GANS[name]()
    models = [model.to(memory_format=torch.channels_last) for model in (generator, discriminator)]
    generator, discriminator = models
    learn_d, learn_g = (
        torch.optim.Adam(model.parameters(), 2e-4, (0.5, 0.999))
        for model in (discriminator, generator)
    )
    clip = 1.0 if name == "quickdraw/conv" else 0.0
    judge = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)
    images = torch.rand(10_000, 1, 28, 28).contiguous(memory_format=torch.channels_last)

    def half() -> contextlib.AbstractContextManager[object]:
        if precision == "float32":
            return contextlib.nullcontext()
        return torch.autocast("cpu", torch.bfloat16)

    def learn(optimiser: torch.optim.Optimizer, loss: torch.Tensor, model: nn.Module) -> None:
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if clip:
            nn.utils.clip_grad_value_(model.parameters(), clip)
        optimiser.step()

    def step() -> None:
        real = images[torch.randint(len(images), (BATCH,))]
        with half():
            fake = generator(torch.randn(BATCH, size))
            of_real, of_fake = discriminator(real), discriminator(fake.detach())
        loss = (judge(of_real.float(), ones) + judge(of_fake.float(), zeros)) / 2
        learn(learn_d, loss, discriminator)
        with half():
            judged = discriminator(fake)
        learn(learn_g, judge(judged.float(), ones), generator)

    return step


def main() -> None:
    name, precision = sys.argv[1:]
    step = step_of(name, precision)
    for line in sys.stdin:
        began, steps = time.perf_counter(), 0
        while not steps or time.perf_counter() - began < float(line):
            step()
            steps += 1
        print(steps / (time.perf_counter() - began), flush=True)


if __name__ == "__main__":
    main()
