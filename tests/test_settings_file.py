"""Settings in a file; what is refused stands in tests/inputs."""

import json
from pathlib import Path

import pytest

from ganlib import recipes
from ganlib.errors import ConfigError
from ganlib.settings import MAX_BYTES, read_settings, read_settings_file

KNOBS = {"steps": 7, "beta_1": 0.25, "target": "uniform", "spectral_normalisation": True}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize(
    "document", [KNOBS, {"recipe": "toy/scalar", "config": KNOBS}], ids=["knobs", "download"]
)
def test_both_forms_are_read(document: dict, mark: bytes) -> None:
    assert read_settings("a.json", mark + json.dumps(document).encode(), "toy/scalar") == KNOBS


def test_lists_of_texts_are_values() -> None:
    text = b'{"categories": ["apple", "The Eiffel Tower"]}'
    found = read_settings("a.json", text, "quickdraw/conv")
    config = recipes.get("quickdraw/conv").parse(found)
    assert config.categories == ("apple", "The Eiffel Tower")


@pytest.mark.parametrize("recipe", recipes.all_recipes())
def test_what_a_run_keeps_comes_back(recipe: str, tmp_path: Path) -> None:
    config = recipes.get(recipe).parse({"steps": 7})
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"recipe": recipe, "config": config.model_dump(mode="json")}))
    assert recipes.get(recipe).parse(read_settings_file(str(path), recipe)) == config


def test_as_many_bytes_as_are_allowed() -> None:
    text = b'{"steps": 7'
    assert read_settings("a.json", text + b" " * (MAX_BYTES - 12) + b"}", "toy/scalar") == {
        "steps": 7
    }
    with pytest.raises(ConfigError, match="up to 1,000,000 bytes"):
        read_settings("a.json", text + b" " * (MAX_BYTES - 11) + b"}", "toy/scalar")


def test_the_longest_drawing_fits() -> None:
    from ganlib.data.drawing import MOST_POINTS

    knobs = {"target": "drawn", "drawing": " ".join(["-0.123456789,-0.123456789"] * MOST_POINTS)}
    text = json.dumps(knobs).encode()
    assert len(text) < MAX_BYTES / 10
    assert recipes.get("toy/plane").parse(read_settings("a.json", text, "toy/plane"))


def test_a_link_to_a_file_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_text('{"steps": 7}')
    (tmp_path / "link").symlink_to("a.json")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_settings_file("~/link", "toy/scalar") == {"steps": 7}
