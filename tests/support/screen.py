"""What a browser tab shows, told by a server's messages one after the other.

Source: streamlit/proto/*.proto, and App.tsx and ForwardMessageCache.ts of Streamlit's frontend.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# Runs for which the browser keeps a message that they did not use: global.maxCachedMessageAge.
_KEPT_RUNS = 2


@dataclass(frozen=True)
class Widget:
    """What can be touched.

    Args:
        id: by which the server knows it.
        disabled: whether it cannot be touched now.
        fragment: that is to be run when it is touched; empty for the whole page.
    """

    id: str
    disabled: bool
    fragment: str = ""


@dataclass
class _Drawn:
    """What a run of the page, or of a part of it, has drawn so far."""

    elements: dict[tuple[int, ...], tuple[str, str]] = field(default_factory=dict)
    widgets: dict[str, Widget] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


class Screen:
    """A page as its server has had it drawn.

    Args:
        query: of the address, such as "run=...".

    Attributes:
        query: as the server has changed it since.
        page_hash: by which the server knows the page; empty until it has said so.
        kept: hashes of the messages that the server need not send again.
        timers: seconds from one run to the next, by fragment.
        pages_drawn: how often the whole page has been run to its end.
        parts_drawn: how often a fragment has been, by its timer or by a touch.
    """

    def __init__(self, query: str = ""):
        self.query = query
        self.page_hash = ""
        self.timers: dict[str, float] = {}
        self.pages_drawn = 0
        self.parts_drawn = 0
        self._shown, self._drawing = _Drawn(), _Drawn()
        # The run in which each kept message was last used, and the fragment it belongs to.
        self._kept: dict[str, tuple[int, str]] = {}
        self._runs = 0

    @property
    def kept(self) -> list[str]:
        return list(self._kept)

    @property
    def address(self) -> dict[str, str]:
        """What stands behind the question mark, by name."""
        return {name: values[-1] for name, values in parse_qs(self.query).items()}

    @property
    def widgets(self) -> dict[str, Widget]:
        """All that have a key, by it."""
        return self._shown.widgets

    @property
    def labels(self) -> dict[str, str]:
        """Ids of all widgets by label."""
        return self._shown.labels

    @property
    def elements(self) -> list[tuple[str, str]]:
        """Kind and text of each element, from top to bottom; the text of a widget is its label."""
        return [element for _, element in sorted(self._shown.elements.items())]

    @property
    def kinds(self) -> list[str]:
        """Kinds of the elements, such as "markdown", from top to bottom."""
        return [kind for kind, _ in self.elements]

    @property
    def texts(self) -> list[str]:
        """Texts in Markdown and in messages of an error, from top to bottom."""
        return [text for kind, text in self.elements if kind in ("markdown", "alert", "exception")]

    def can_press(self, key: str) -> bool:
        """Whether there is a button with that key, and it is not disabled."""
        widget = self.widgets.get(key)
        return widget is not None and not widget.disabled

    def leave(self) -> None:
        """Another page is going to be shown."""
        self.query = self.page_hash = ""
        self.timers = {}

    def take(self, message: ForwardMsg) -> str:
        """Draws what a message says.

        Returns:
            What it was, in words, where a run begins or ends with it; else empty.
        """
        kind = message.WhichOneof("type")
        if message.metadata.cacheable or kind == "ref_hash":
            fragment = message.delta.fragment_id
            known = message.ref_hash or message.hash
            self._kept[known] = self._runs, fragment or self._kept.get(known, (0, ""))[1]
        if kind == "new_session":
            return self._begin(message)
        if kind == "script_finished":
            return self._finish(message)
        if kind == "navigation":
            # Only this one knows the page: the message before it names the app's own script.
            self.page_hash = message.navigation.page_script_hash
        elif kind == "delta":
            self._draw(message)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            timer = message.auto_rerun
            self.timers = {**self.timers, timer.fragment_id: timer.interval}
        elif kind == "stop_auto_rerun":
            gone = set(message.stop_auto_rerun.fragment_ids)
            self.timers = {name: each for name, each in self.timers.items() if name not in gone}
        return ""

    def _begin(self, message: ForwardMsg) -> str:
        self.page_hash = message.new_session.page_script_hash
        self._drawing = _Drawn()
        parts = _fragments(message)
        # A run of the whole page sets its timers anew, as soon as it begins.
        if not parts:
            self.timers = {}
        return f"{' '.join(part[:6] for part in parts) or 'page'} begins"

    def _draw(self, message: ForwardMsg) -> None:
        if message.delta.WhichOneof("type") == "add_block":
            block = message.delta.add_block
            # Parts that can be opened.
            content = getattr(block, str(block.WhichOneof("type")), None)
            self._add_widget(content, message.delta.fragment_id)
            return
        if message.delta.WhichOneof("type") != "new_element":
            return
        element = message.delta.new_element
        kind = str(element.WhichOneof("type"))
        content = getattr(element, kind, None)
        texts = (getattr(content, name, None) for name in ("body", "label", "message"))
        text = next((each for each in texts if isinstance(each, str)), "")
        self._drawing.elements[tuple(message.metadata.delta_path)] = kind, text
        id = str(getattr(content, "id", ""))
        if id and hasattr(content, "label"):
            self._drawing.labels[text] = id
        self._add_widget(content, message.delta.fragment_id)

    def _add_widget(self, content: Any, fragment: str) -> None:
        # "$$ID-<hash>-<key>"; without a key, "None" stands there.
        id = str(getattr(content, "id", ""))
        parts = id.split("-", 2)
        if parts[0] == "$$ID" and len(parts) == 3:
            disabled = bool(getattr(content, "disabled", False))
            self._drawing.widgets[parts[2]] = Widget(id, disabled, fragment)

    def _finish(self, message: ForwardMsg) -> str:
        how: str = message.ScriptFinishedStatus.Name(message.script_finished)
        drawn = self._drawing
        of_part = how == "FINISHED_FRAGMENT_RUN_SUCCESSFULLY"
        if of_part:
            self._shown.elements.update(drawn.elements)
            self._shown.widgets.update(drawn.widgets)
            self._shown.labels.update(drawn.labels)
            self.parts_drawn += 1
        elif how == "FINISHED_SUCCESSFULLY":
            # What this run has not drawn is gone.
            self._shown = drawn
            self.pages_drawn += 1
        self._forget_unused(of_part)
        return how.lower()

    def _forget_unused(self, of_part: bool) -> None:
        """Lets go of kept messages; a run of a fragment has no say about those of the page."""
        self._runs += 1
        self._kept = {
            known: (used, owner)
            for known, (used, owner) in self._kept.items()
            if (of_part and not owner) or self._runs - used <= _KEPT_RUNS
        }


def _fragments(message: ForwardMsg) -> list[str]:
    """The fragments that a run is of; none where it is of the whole page."""
    # Before 1.67 they stood in the message that begins the run.
    told: Any = message.metadata
    run = told.run.fragment_ids if "run" in told.DESCRIPTOR.fields_by_name else ()
    begins: Any = message.new_session
    return list(run or getattr(begins, "fragment_ids_this_run", ()))
