"""Dependencies point one way, and no page loads TensorFlow."""

import shutil
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.support.import_graph import heavy_after_importing, violations


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources in a folder of the test's own, to do wrong things to."""
    sources_only = shutil.ignore_patterns("*.npz", "__pycache__")
    shutil.copytree(ROOT / "ganlib", tmp_path / "ganlib", ignore=sources_only)
    (tmp_path / "pages").mkdir()
    return tmp_path


def test_no_arrow_points_the_wrong_way() -> None:
    assert violations(ROOT) == []


# A file, the text that is put at its end, and the sentence.
WRONG = [
    ("ganlib/errors.py", "import ganlib.config", "ganlib.errors may not import ganlib.config."),
    (
        "ganlib/viz/chart.py",
        "async def f():\n    import tensorflow as tf",
        "ganlib.viz.chart may not import tensorflow.",
    ),
    (
        "ganlib/ui/components/grid.py",
        "def f():\n    from streamlit.runtime import caching",
        "ganlib.ui.components.grid may not use streamlit.runtime, which is private.",
    ),
    ("ganlib/lab/tricks.py", "", "ganlib.lab.tricks has no place in the layering."),
]


@pytest.mark.parametrize(("path", "text", "sentence"), WRONG)
def test_a_wrong_arrow_is_caught(copy: Path, path: str, text: str, sentence: str) -> None:
    file = copy / path
    file.parent.mkdir(exist_ok=True)
    file.write_text((file.read_text("utf-8") if file.exists() else "") + "\n" + text + "\n")
    assert any(found.startswith(sentence) for found in violations(copy)), violations(copy)


def test_importing_what_a_page_can_reach_loads_no_tensorflow() -> None:
    assert heavy_after_importing(ROOT) == []


def test_a_page_that_loads_tensorflow_is_caught(tmp_path: Path) -> None:
    # A stand-in of the same name is enough to be seen, and spares seconds.
    (tmp_path / "tensorflow.py").write_text("")
    (tmp_path / "ganlib" / "ui").mkdir(parents=True)
    (tmp_path / "ganlib" / "__init__.py").write_text("")
    (tmp_path / "ganlib" / "ui" / "__init__.py").write_text("")
    (tmp_path / "ganlib" / "ui" / "panels.py").write_text("import importlib\n")
    (tmp_path / "pages").mkdir()
    page = tmp_path / "pages" / "toy.py"
    page.write_text("from ganlib.ui import panels\nraise SystemExit('a page is not to be run')\n")
    assert heavy_after_importing(tmp_path) == []

    # Not to be seen in the graph, so only running it tells.
    hidden = "import importlib\nimportlib.import_module('tensor' + 'flow')\n"
    (tmp_path / "ganlib" / "ui" / "panels.py").write_text(hidden)
    found = heavy_after_importing(tmp_path)
    assert "ganlib.ui.panels: tensorflow" in found
    assert "pages.toy: tensorflow" in found
