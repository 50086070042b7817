"""One register of components for all pages that tests open.

Before Streamlit 1.67 (Python 3.10 has 1.65), an AppTest knows no component but those declared
within it, and ours are declared once, when they are imported.
"""

from streamlit.components import v2
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import app_test

_COMPONENTS = BidiComponentManager()


def share_components() -> None:
    """Has every AppTest use the same register; to be called before any page is opened."""
    for module, name in (
        (v2, "get_bidi_component_manager"),
        (app_test, "BidiComponentManager"),
    ):
        setattr(module, name, lambda: _COMPONENTS)
