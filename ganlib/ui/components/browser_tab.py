"""The title of the browser's tab, a notification when a run ends, and the menu's own link."""

from ganlib.ui.components.component import component

_COMPONENT = component("browser_tab")


def browser_tab(title: str, *, key: str, ended: str = "") -> None:
    """Sets the title of the tab, and offers a notification while nothing has ended.

    A click on the current page in the menu leads from the run to its page.

    Args:
        title: such as "42 % · DCGAN".
        key: unique on the page.
        ended: text of the notification; empty while the run is active.
    """
    data = {"title": title, "ended": ended}
    _COMPONENT(key=key, data=data, width="content")
