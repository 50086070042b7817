"""Small data of each kind for the examples."""

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def data_file(tmp_path: Path) -> dict[str, Path]:
    """300 images of noise, by the page that learns such: what `--data` takes."""
    noise = np.random.default_rng(0).integers(0, 256, (300, 28, 28), np.uint8)
    images, drawings = tmp_path / "images.npz", tmp_path / "drawings.npy"
    np.savez(images, x_train=noise)
    np.save(drawings, noise.reshape(-1, 784))
    return {"mnist": images, "wgan": images, "quickdraw": drawings}
