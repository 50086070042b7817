"""The bundled digits are MNIST, and the dataset says what they are."""

import inspect

import numpy as np
import pytest

from ganlib.data.mnist import DATASET
from ganlib.data.resolve import BUNDLED


@pytest.fixture
def bundled() -> dict[str, np.ndarray]:
    with np.load(BUNDLED / "mnist_10000.npz", allow_pickle=False) as arrays:
        return dict(arrays)


def test_bundled_digits_are_the_published_ones(bundled) -> None:
    images, labels = bundled["x_train"], bundled["y_train"]
    assert images.shape == (10_000, 28, 28)
    assert labels.shape == (10_000,)
    assert images.dtype == labels.dtype == np.uint8
    # The digits that every tutorial shows first.
    assert labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(labels).min() > 800
    # 0.1307 and 0.3081 over all 60,000; a pixel's mean is known to 0.001 from 10,000.
    assert images.mean() / 255 == pytest.approx(0.1307, abs=0.003)
    assert images.std() / 255 == pytest.approx(0.3081, abs=0.003)


def test_bundled_files_are_small_and_explained() -> None:
    readme = (BUNDLED / "README.md").read_text(encoding="utf-8")
    files = [path for path in BUNDLED.iterdir() if path.name != "README.md"]
    assert sum(path.stat().st_size for path in files) <= 5_000_000
    for path in files:
        assert path.name in readme
    assert DATASET.licence in readme


def test_offline_a_run_learns_from_the_bundled_digits(monkeypatch, bundled) -> None:
    monkeypatch.setenv("GANLIB_OFFLINE", "1")
    data = DATASET.load()
    assert data.sample_shape == (28, 28, 1)
    assert data.report.sentence() == "MNIST, bundled sample: 10,000 of 60,000"
    drawn = data.take(0, 20)
    known = {image.tobytes() for image in bundled["x_train"]}
    assert all(image.astype(np.uint8).tobytes() in known for image in drawn)


def test_only_training_images_of_the_users_own_file(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("GANLIB_DATA", str(tmp_path))
    training = np.full((7, 28, 28), 9, np.uint8)
    np.savez(tmp_path / "mnist.npz", x_test=np.zeros((3, 28, 28), np.uint8), x_train=training)
    data = DATASET.load()
    assert data.report.sentence() == "MNIST, your data folder: 7 of 60,000"
    assert (data.take(0, 50) == 9).all()


def test_the_published_file_is_the_one_of_keras() -> None:
    import keras

    remote = DATASET.sources.remote
    keras_source = inspect.getsource(keras.datasets.mnist.load_data)
    assert f'"{remote.checksum.removeprefix("sha256:")}"' in keras_source
    assert f'"{remote.base_url}/"' in keras_source
