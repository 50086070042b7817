"""The picker over the drawings that ship with the project, for there is nothing else here."""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from ganlib.data import quickdraw
from ganlib.data.digest import file_digest
from ganlib.data.download import cache_folder
from ganlib.errors import DataError
from ganlib.ui.form import own_files
from ganlib.ui.form.category_picker import _check

HERE = [name for name, each in quickdraw.availability().items() if each.count]
NOT_HERE = [name for name, each in quickdraw.availability().items() if not each.count]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANLIB_CACHE", str(tmp_path))
    st.cache_data.clear()


def form(chosen) -> None:
    import streamlit as st

    from ganlib.ui.form.category_picker import category_picker

    st.session_state.setdefault("form:categories", chosen)
    category_picker("form:categories", "What the drawings are of.")


def own_form() -> None:
    import streamlit as st

    from ganlib.ui.form.category_picker import own_drawings

    st.session_state.setdefault("form:own_file", "")
    own_drawings("form:own_file", "A .npy file.")


def opened(*chosen: str) -> AppTest:
    app = AppTest.from_function(form, args=(chosen,), default_timeout=30).run()
    assert not app.exception, app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def drawings(count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, 784)).astype(np.uint8)


def test_all_345_can_be_chosen_and_the_default_is_on_view():
    app = opened("apple")
    choice = app.multiselect(key="form:categories")
    assert len(choice.options) == 345
    assert list(choice.value) == ["apple"]
    available = quickdraw.availability()["apple"]
    text = said(app)
    assert f"{available.count:,} of {available.total:,} drawings here" in text
    assert text.count("<img") == 2


def test_drawing_4242_or_the_last_there_is():
    image, number = quickdraw.drawing("apple")
    text = said(opened("apple"))
    assert f">Drawing {number:,}" in text
    assert (", the last one" in text) == (number != 4_242)
    shown = [
        Image.open(io.BytesIO(base64.b64decode(part.split('"')[0])))
        for part in text.split("base64,")[1:]
    ]
    np.testing.assert_array_equal(np.asarray(shown[1])[::4, ::4], image)


def test_a_category_that_is_not_on_this_disk_has_no_picture():
    app = opened(NOT_HERE[0])
    assert "drawings, downloaded when a run needs them" in said(app)
    assert "<img" not in said(app)


def test_of_many_the_first_are_shown():
    app = opened(*quickdraw.CATEGORIES[:10])
    assert [caption.value for caption in app.caption] == ["And 4 more."]


def test_the_gallery_has_all_categories_and_pictures_of_those_here():
    app = opened("apple")
    data = json.loads(app.get("bidi_component")[0].proto.json)
    assert data["chosen"] == ["apple"]
    assert {tile["name"] for tile in data["tiles"]} == set(quickdraw.CATEGORIES)
    assert [tile["name"] for tile in data["tiles"] if tile["src"]] == HERE


def test_own_drawings_are_kept_under_their_content():
    content = npy(drawings(30))
    path = own_files.keep("../../my drawings<>.npy", content, _check)
    assert path.parent.parent == cache_folder() / "own"
    assert path.name == "my drawings__.npy"
    assert path.read_bytes() == content
    assert own_files.keep("../../my drawings<>.npy", content, _check) == path
    assert own_files.keep("my drawings__.npy", npy(drawings(31)), _check).parent != path.parent
    kept = quickdraw.own_drawings(str(path))
    assert kept.count() == 30
    np.testing.assert_array_equal(kept.read(6), drawings(30)[:6].reshape(-1, 28, 28, 1))


@pytest.mark.parametrize(
    "content", [b"", b"no numpy file", npy(np.zeros((5, 3))), npy(np.array([{}], object))]
)
def test_what_is_no_drawings_is_told_and_not_kept(content: bytes):
    with pytest.raises(DataError) as told:
        own_files.keep("mine.npy", content, _check)
    assert "\n" not in str(told.value)
    assert not list(cache_folder().rglob("*.npy*"))


def test_too_large_a_file_is_refused_before_it_is_written(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(own_files, "MAX_MB", 0)
    with pytest.raises(DataError, match=r"up to 0 MB. Received: mine\.npy"):
        own_files.keep("mine.npy", npy(drawings(2)), _check)


def test_an_upload_is_used_until_it_is_dropped():
    app = AppTest.from_function(own_form, default_timeout=30).run()
    upload = app.file_uploader(key="form:own_file:upload")
    upload.set_value(("mine.npy", npy(drawings(40)), "application/octet-stream")).run()
    assert not app.exception, app.exception
    path = Path(app.session_state["form:own_file"])
    assert path.is_file()
    assert "40 drawings of your own" in app.markdown[0].value
    app.button(key="form:own_file:drop").click().run()
    assert not app.exception
    assert app.session_state["form:own_file"] == ""
    assert not app.markdown


def test_a_bad_upload_leaves_one_sentence_and_no_file():
    app = AppTest.from_function(own_form, default_timeout=30).run()
    upload = app.file_uploader(key="form:own_file:upload")
    upload.set_value(("mine.npy", b"nothing", "application/octet-stream")).run()
    assert not app.exception, app.exception
    assert app.session_state["form:own_file"] == ""
    assert len(app.error) == 1
    assert "mine.npy" in app.error[0].value


def test_a_file_that_has_changed_can_be_taken_as_it_is(tmp_path: Path):
    path = tmp_path / "mine.npy"
    path.write_bytes(npy(drawings(12)))
    app = AppTest.from_function(own_form, default_timeout=30)
    app.session_state["form:own_file"] = str(path)
    app.session_state["form:own_digest"] = file_digest(path)
    app.run()
    assert not app.warning
    path.write_bytes(npy(drawings(13)))
    app.run()
    assert "has changed since" in app.warning[0].value
    app.button(key="form:own_file:changed").click().run()
    assert app.session_state["form:own_digest"] == ""
    assert not app.warning and not app.exception


def test_a_file_that_is_gone_is_told():
    app = AppTest.from_function(own_form, default_timeout=30)
    app.session_state["form:own_file"] = "/nowhere/mine.npy"
    app.run()
    assert not app.exception, app.exception
    assert len(app.error) == 1
