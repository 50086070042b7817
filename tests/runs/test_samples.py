from pathlib import Path

import numpy as np
import pytest

from ganlib.errors import RunError
from ganlib.events import Samples
from ganlib.runs.images import encode_grid
from ganlib.runs.samples import SampleFolder


def _images(value: int) -> np.ndarray:
    return np.full((4, 8, 8, 1), value, np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> SampleFolder:
    folder = SampleFolder(tmp_path / "samples")
    for step in (0, 100, 123_456_789):
        folder.write(Samples(step, _images(1), _images(2)), encode_grid)
    return folder


def test_images_come_back_as_arrays_and_as_pictures(folder: SampleFolder) -> None:
    assert folder.steps() == [0, 100, 123_456_789]
    arrays = folder.read(100)
    assert set(arrays) == {"fixed", "fresh"}
    np.testing.assert_array_equal(arrays["fresh"], _images(2))
    assert folder.grid(100, "fixed", _never) == encode_grid(_images(1))
    assert folder.grid(100, "fresh", _never) == encode_grid(_images(2))


def test_a_damaged_picture_is_made_anew(folder: SampleFolder, tmp_path: Path) -> None:
    picture = tmp_path / "samples" / "00000100.png"
    for content in (b"", picture.read_bytes()[:-5]):
        picture.write_bytes(content)
        assert folder.grid(100, "fixed", encode_grid) == encode_grid(_images(1))


def test_numbers_have_no_picture(tmp_path: Path) -> None:
    folder = SampleFolder(tmp_path / "samples")
    values = np.linspace(0, 1, 5, dtype=np.float32).reshape(5, 1)
    folder.write(Samples(7, values, values + 1, noise=values * 2), encode_grid)
    np.testing.assert_array_equal(folder.read(7)["noise"], values * 2)
    with pytest.raises(RunError, match="not images"):
        folder.grid(7, "fixed", encode_grid)
    assert list((tmp_path / "samples").glob("*.png")) == []


def test_a_step_without_samples_is_told(folder: SampleFolder) -> None:
    with pytest.raises(RunError, match=r"samples/00000050\.npz is missing"):
        folder.read(50)
    with pytest.raises(RunError, match=r"samples/00000050\.npz is missing"):
        folder.grid(50, "fixed", encode_grid)


def test_later_samples_are_dropped_whole(folder: SampleFolder, tmp_path: Path) -> None:
    folder.drop_after(0)
    names = sorted(path.name for path in (tmp_path / "samples").iterdir())
    assert names == ["00000000.fresh.png", "00000000.npz", "00000000.png"]


def test_real_samples_are_those_of_the_data_that_a_run_goes_on_with(folder: SampleFolder) -> None:
    with pytest.raises(RunError, match="missing"):
        folder.read_real()
    for value in (5, 6):
        folder.write_real(_images(value), {"ink": np.arange(2.0)}, encode_grid)
        kept = folder.read_real()
        np.testing.assert_array_equal(kept["real"], _images(value))
        assert kept["ink"].tolist() == [0, 1]
        assert folder.real_grid(_never) == encode_grid(_images(value))


def _never(images: np.ndarray) -> bytes:
    raise AssertionError("the picture is there already")


def test_who_writes_here_knows_what_there_is(
    folder: SampleFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = SampleFolder(tmp_path / "samples")
    with monkeypatch.context() as patch:
        patch.setattr("os.listdir", _never)
        assert reader.steps() == [0, 100, 123_456_789]
        folder.write(Samples(123_456_790, _images(1), _images(2)), encode_grid)
        assert reader.steps()[2:] == [123_456_789, 123_456_790]
    (tmp_path / "samples" / "00000100.npz").unlink()
    folder.close()
    assert reader.steps() == [0, 123_456_789, 123_456_790]
    # A step again, as after a resume from before it.
    folder.write(Samples(100, _images(1), _images(2)), encode_grid)
    assert reader.steps() == [0, 100, 123_456_789, 123_456_790]
    folder.drop_after(50)
    assert reader.steps() == [0]
