"""What the view of a run does to the browser: the title of its tab, a notification when the run
ends, the menu's own link, and the place to which it is scrolled."""

from ganlib.ui.components.component import component

_COMPONENT = component("browser_tab")


def browser_tab(title: str, *, key: str, run_id: str, ended: str = "") -> None:
    """Sets the title of the tab, and offers a notification while nothing has ended.

    A click on the current page in the menu leads from the run to its page. The page of another run
    begins at its top, also if it was opened from far below.

    Args:
        title: such as "42 % · DCGAN".
        key: unique on the page.
        run_id: id of the shown run.
        ended: text of the notification; empty while the run is active.
    """
    data = {"title": title, "ended": ended, "run": run_id}
    _COMPONENT(key=key, data=data, width="content")
