"""The title of the browser's tab, and a notification when a run ends."""

from ganlib.ui.components.component import component

_COMPONENT = component("browser_tab")


def browser_tab(title: str, *, key: str, ended: str = "") -> None:
    """Sets the title of the tab, and offers a notification while nothing has ended.

    Args:
        title: such as "42 % · DCGAN".
        key: unique on the page.
        ended: text of the notification; empty while the run is active.
    """
    _COMPONENT(key=key, data={"title": title, "ended": ended}, width="content")
