"""Each row of the table: one clear sentence, and nothing changed."""

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ganlib import recipes
from ganlib.cli import main
from tests.inputs.bad_inputs import (
    ADDRESSES,
    CLICKED,
    COMMANDS,
    DRAWINGS_UPLOADED,
    FORM,
    SENT,
    SETTINGS,
    TABLES_UPLOADED,
    Command,
)
from tests.inputs.lying_files import CONTENTS, make
from tests.support.server import AppServer
from tests.support.tab import Tab

Page = Callable[[str], AppTest]
Say = Callable[..., str]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Say:
    """Runs a command that must fail at once, and gives its only line."""
    monkeypatch.setenv("GANLIB_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GANLIB_CACHE", str(tmp_path / "cache"))
    # Whoever asks for TensorFlow fails.
    for module in ("tensorflow", "keras", "ganlib.training"):
        monkeypatch.setitem(sys.modules, module, None)

    def run(*argv: str) -> str:
        before = files_in(tmp_path)
        capfd.readouterr()
        code = main(argv)
        out, err = capfd.readouterr()
        assert (code, out) == (2, ""), err
        assert files_in(tmp_path) == before
        [line] = err.splitlines()
        return line

    return run


def files_in(folder: Path) -> set[Path]:
    """All that there is, except for empty folders."""
    return {path for path in folder.rglob("*") if not path.is_dir()}


def sentences(boxes: list) -> list[str]:
    """What boxes of a page say, as it is read there."""
    return [read(box.value) for box in boxes]


def read(markdown: str) -> str:
    """Markdown as it is read: all that could be more than text must be escaped."""
    assert not re.search(r"(?<!\\)[<>\[\]]", markdown), markdown
    return readable(markdown)


def readable(markdown: str) -> str:
    return re.sub(r"\\(.)", r"\1", markdown).replace("\u2060", "")


@pytest.mark.parametrize("row", COMMANDS)
def test_command_line(
    row: Command, command: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in row.files:
        make(tmp_path, name)

    def filled(text: str) -> str:
        return text.replace("{folder}", str(tmp_path))

    for name, value in row.environment.items():
        monkeypatch.setenv(name, filled(value))
    assert command(*map(filled, row.given)) == filled(row.said)


@pytest.mark.parametrize(("given", "said"), SETTINGS)
def test_settings_file_on_the_command_line(
    given: bytes, said: str, command: Say, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_bytes(given)
    line = command("train", "toy/scalar", "--config", str(tmp_path / "a.json"))
    assert line == said


# The same reader as on the command line.
@pytest.mark.parametrize(("given", "said"), SETTINGS[::3])
def test_settings_file_loaded_on_the_page(given: bytes, said: str, page: Page, kept: Path) -> None:
    app = advanced(page("toy"), "toy/scalar")
    before = values_of(app, "toy/scalar")
    uploaded(app, "toy/scalar:settings", "a.json", given)
    assert sentences(app.error) == [said]
    assert values_of(app, "toy/scalar") == before
    assert not app.button(key="start").disabled
    assert not files_in(kept)
    uploaded(app, "toy/scalar:settings", None)
    assert not app.error


@pytest.mark.parametrize(("name", "said"), DRAWINGS_UPLOADED)
def test_uploaded_drawings(name: str, said: str, page: Page, kept: Path) -> None:
    refused(page("quickdraw"), "quickdraw/conv", "own_file", name, said)
    assert not files_in(kept) and not Path("unpickled").exists()


@pytest.mark.parametrize(("name", "said"), TABLES_UPLOADED)
def test_uploaded_table_to_learn(name: str, said: str, page: Page, kept: Path) -> None:
    app = page("toy")
    app.session_state["toy.recipe"] = "toy/scalar"
    app.session_state["toy/scalar:target"] = "own"
    app.run()
    refused(app, "toy/scalar", "own_table", name, said)
    assert not files_in(kept) and not Path("unpickled").exists()


# The same reader: one file for each way to fail.
@pytest.mark.parametrize(("name", "said"), TABLES_UPLOADED[::4])
def test_uploaded_table_to_compare(name: str, said: str, page: Page, kept: Path) -> None:
    app = page("distributions")
    app.segmented_control(key="source").set_value("A table of your own").run()
    uploaded(app, "compare.table", name)
    assert sentences(app.error) == [said]
    assert not files_in(kept) and not Path("unpickled").exists()


@pytest.mark.parametrize(("recipe", "given", "said"), FORM)
def test_form(recipe: str, given: dict[str, object], said: str, page: Page, kept: Path) -> None:
    name = recipe.partition("/")[0]
    app = page(name)
    advanced(app, recipe)
    app.button(key=f"{recipe}:reset").click().run()
    defaults = values_of(app, recipe)
    for knob, value in given.items():
        app.session_state[f"{recipe}:{knob}"] = value
    app.run()
    assert not app.exception
    assert sentences(app.error) == [said]
    assert app.button(key="start").disabled
    assert not files_in(kept)
    app.button(key=f"{recipe}:reset").click().run()
    assert not app.exception and not app.error
    assert values_of(app, recipe) == defaults
    assert not app.button(key="start").disabled


@pytest.mark.parametrize(("page", "query", "said"), ADDRESSES)
def test_page_address(page: str, query: str, said: str, server: AppServer) -> None:
    async def look() -> None:
        async with Tab(server.url, page, query) as tab:
            unharmed(tab, server)
            assert any(said in readable(text) for text in tab.screen.texts), tab.screen.texts

    asyncio.run(look())


@pytest.mark.parametrize(("page", "key", "choice", "offered"), SENT)
def test_invalid_choices_sent_by_a_client(
    page: str, key: str, choice: str, offered: str, server: AppServer
) -> None:
    async def send() -> None:
        async with Tab(server.url, page) as tab:
            await tab.unfold("advanced")
            before = seen(tab)
            await tab.enter(key, choice)
            unharmed(tab, server)
            assert seen(tab) == before
            await tab.enter(key, offered)
            assert seen(tab) != before

    asyncio.run(send())


@pytest.mark.parametrize(("page", "key", "tile", "offered"), CLICKED)
def test_invalid_tiles_sent_by_a_client(
    page: str, key: str, tile: object, offered: str, server: AppServer
) -> None:
    async def send() -> None:
        async with Tab(server.url, page) as tab:
            before = seen(tab)
            await tab.click(key, tile)
            unharmed(tab, server)
            assert seen(tab) == before
        async with Tab(server.url, page) as tab:
            await tab.click(key, offered)
            unharmed(tab, server)
            assert seen(tab) != before

    asyncio.run(send())


def seen(tab: Tab) -> tuple[list[str], dict[str, str]]:
    """Texts and widgets of the page; not its pictures, which the server need not send again."""
    return tab.screen.texts, tab.screen.labels


def unharmed(tab: Tab, server: AppServer) -> None:
    """The page has no error of its own, shows what it was given as text, and nothing was made."""
    assert tab.screen.pages_drawn and "exception" not in tab.screen.kinds
    assert not any(re.search(r"(?<!\\)(<script|!\[)", text) for text in tab.screen.texts)
    assert "Traceback" not in server.log()
    assert not server.runs.exists() or not files_in(server.runs)


def advanced(app: AppTest, recipe: str) -> AppTest:
    """Chooses a recipe on its page, and opens the part with all of its settings."""
    app.session_state[f"{recipes.get(recipe).page}.recipe"] = recipe
    app.session_state["advanced"] = True
    app.run()
    assert not app.exception
    return app


def values_of(app: AppTest, recipe: str) -> dict[str, object]:
    """What the form holds."""
    knobs = recipes.get(recipe).Config.model_fields
    held = {knob: app.session_state[f"{recipe}:{knob}"] for knob in knobs}
    return {knob: tuple(one) if isinstance(one, list) else one for knob, one in held.items()}


def refused(app: AppTest, recipe: str, knob: str, name: str, said: str) -> None:
    """An upload leaves a sentence and the form as it was, until it is taken away."""
    before, key = values_of(app, recipe), f"{recipe}:{knob}:upload"
    uploaded(app, key, name)
    assert sentences(app.error) == [said]
    assert values_of(app, recipe) == before
    uploaded(app, key, None)
    assert not app.error


def uploaded(app: AppTest, key: str, name: str | None, content: bytes | None = None) -> None:
    """Drops a file onto an uploader, or takes it away; its content is that of `lying_files`."""
    if name is not None and content is None:
        content = CONTENTS.get(name, bytes)()
    app.file_uploader(key=key).set_value(name and (name, content, "text/plain")).run()
    assert not app.exception, app.exception
