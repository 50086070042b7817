"""Drawings: bundled and augmented, from the user's folder, or the user's own file."""

from pathlib import Path

import numpy as np
import pytest

from ganlib import recipes
from ganlib.data.augment import augmented
from ganlib.data.base import loaded
from ganlib.data.categories import all_categories, bundled_drawings
from ganlib.data.quickdraw import CATEGORIES, QuickDraw, availability, drawing, previews
from ganlib.errors import ConfigError, DataError


def save(path: Path, count: int, shade: int = 1, shape: tuple[int, ...] = (784,)) -> Path:
    """A file of drawings that are all of one shade."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.full((count, *shape), shade, np.uint8))
    return path


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANLIB_OFFLINE", "1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """GANLIB_DATA, with drawings of two categories."""
    monkeypatch.setenv("GANLIB_DATA", str(tmp_path / "data"))
    save(tmp_path / "data/quickdraw/The Eiffel Tower.npy", 30, 11)
    save(tmp_path / "data/quickdraw/ant.npy", 10, 22)
    return tmp_path / "data/quickdraw"


def refusal(data: QuickDraw) -> str:
    with pytest.raises(DataError) as caught:
        loaded(data.loading())
    with pytest.raises(DataError, match=r".") as located:
        data.locate()
    assert str(located.value) == str(caught.value)
    return str(caught.value)


def test_there_are_345_categories() -> None:
    assert len(CATEGORIES) == len(set(CATEGORIES)) == 345
    assert all_categories()["apple"].published == 144_722
    assert all(len(one.md5) == 32 for one in all_categories().values())


def test_the_bundled_sample_is_augmented_and_says_so() -> None:
    data = QuickDraw()
    samples = loaded(data.loading())
    assert samples.sample_shape == data.sample_shape == (28, 28, 1)
    assert samples.report == data.locate().report
    assert samples.report.sentence() == (
        "Quick, Draw! apple, bundled sample of 100 drawings, augmented: 2,000"
    )
    drawn = samples.take(0, 500)
    assert drawn.shape == (500, 28, 28, 1) and (drawn.min(), drawn.max()) == (0, 255)


def test_thirty_categories_are_there_without_a_network() -> None:
    there = availability()
    assert tuple(there) == CATEGORIES
    counts = {name: one.count for name, one in there.items() if one.count}
    assert len(counts) == 30 and set(counts.values()) == {100}
    assert {"apple", "The Eiffel Tower"} <= set(counts)
    assert there["apple"].provenance == "bundled sample" and there["apple"].total == 144_722


def test_a_missing_category_lists_the_available_ones() -> None:
    sentence = refusal(QuickDraw(categories=("zebra",)))
    assert sentence.startswith("The drawings of 'zebra' are not on this machine, which")
    assert "The Eiffel Tower" in sentence


def test_a_category_that_does_not_exist_names_some_like_it() -> None:
    sentence = refusal(QuickDraw(categories=("appel",)))
    assert sentence.startswith("There is no category 'appel' in Quick, Draw!. Similar names: apple")


def test_the_users_folder_comes_first(folder: Path) -> None:
    data = QuickDraw(categories=("The Eiffel Tower",), max_drawings=20)
    samples = loaded(data.loading())
    assert samples.report.sentence() == (
        "Quick, Draw! The Eiffel Tower, your data folder: 20 of 134,801"
    )
    assert (samples.take(0, 50) == 11).all()
    assert availability()["The Eiffel Tower"].count == 30


def test_underscores_stand_for_spaces(folder: Path) -> None:
    (folder / "The Eiffel Tower.npy").rename(folder / "The_Eiffel_Tower.npy")
    assert (loaded(QuickDraw(categories=("The Eiffel Tower",)).loading()).take(0, 9) == 11).all()


def test_two_categories_are_equally_likely(folder: Path) -> None:
    data = QuickDraw(categories=("The Eiffel Tower", "ant"))
    samples = loaded(data.loading())
    assert samples.report.count == 20
    shades = samples.take(0, 2_000)[:, 0, 0, 0]
    assert set(shades) == {11, 22}
    assert 0.45 < (shades == 11).mean() < 0.55


@pytest.mark.parametrize("shape", [(784,), (28, 28)])
def test_the_users_own_file(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = save(tmp_path / "mine.npy", 12, 33, shape)
    data = QuickDraw(own_file=str(path))
    samples = loaded(data.loading())
    assert samples.report.sentence() == "Your drawings, mine.npy: 12"
    assert samples.take(0, 5).shape == (5, 28, 28, 1) and (samples.take(0, 5) == 33).all()


def test_settings_recognise_the_users_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = recipes.get("quickdraw/conv")
    path = save(tmp_path / "mine.npy", 12, 33)
    monkeypatch.chdir(tmp_path)
    config = recipe.parse({"own_file": "mine.npy"})
    assert config.own_file == str(path)
    save(path, 12, 34)
    again = recipe.parse(config.model_dump())
    for ask in (recipe.load, recipe.data_sentence):
        with pytest.raises(DataError, match=r"mine\.npy has changed since these settings"):
            ask(again)
    path.unlink()
    with pytest.raises(DataError, match="cannot be read: No such file"):
        recipe.load(recipe.parse(config.model_dump()))
    save(path, 12, 33)
    assert recipe.load(recipe.parse(config.model_dump())).report.count == 12
    # Without a file, nothing of it stays.
    assert recipe.parse({**config.model_dump(), "own_file": ""}).own_digest == ""
    with pytest.raises(ConfigError, match=r"own_digest is filled in automatically .* 'mine'"):
        recipe.parse({"own_file": str(path), "own_digest": "mine"})


def test_an_own_file_of_something_else_is_refused(tmp_path: Path) -> None:
    """Counting and loading say the same; `test_image_files` has every kind of bad file."""
    path = tmp_path / "bad.npy"
    np.save(path, np.zeros((3, 784), np.float32))
    assert refusal(QuickDraw(own_file=str(path))) == (
        f"{path} is float32 of (3, 784); expected uint8 of shape (N, 784) or (N, 28, 28)."
    )
    path.unlink()
    assert "cannot be read: No such file" in refusal(QuickDraw(own_file=str(path)))


def test_pictures_for_the_picker(folder: Path) -> None:
    save(folder / "cat.npy", 5_000, 44)
    image, number = drawing("cat") or (np.empty(0), -1)
    assert number == 4_242 and (image == 44).all()
    assert (drawing("ant") or (0, 0))[1] == 9
    shown = previews("ant", 4)
    assert shown is not None and shown.shape == (4, 28, 28) and (shown == 22).all()
    assert previews("zebra") is None and drawing("zebra") is None
    bundled = previews("apple", 8)
    assert bundled is not None and bundled.shape == (8, 28, 28)


def test_augmentation_is_deterministic_and_keeps_the_mean_ink() -> None:
    raw = bundled_drawings()["apple"]
    first = augmented(raw, 300)
    np.testing.assert_array_equal(augmented(raw, 300), first)
    assert first.shape == (300, 28, 28) and first.dtype == np.uint8
    assert len({image.tobytes() for image in first}) == 300
    # Google's own bitmaps of apples have a mean of 37.6; the thin ones here 31.9.
    assert 34 < first.mean() < 42
