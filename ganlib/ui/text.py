"""Text on a page: the user's own, names of options, and numbers."""

import numpy as np


def plain(text: str) -> str:
    """Markdown that shows the text as it is, without what no browser can be sent.

    Lines that follow each other stay one paragraph.
    """
    sent = " ".join(text.encode("utf-8", "replace").decode().replace("\0", "").splitlines())
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>()#+!|~$:&" else c for c in sent)


def words(option: object) -> str:
    """The name of an option without what only a command line needs."""
    return str(option).replace("_", " ")


def p_text(p_value: float) -> str:
    """As papers write it."""
    return f"{p_value:.3f}" if p_value >= 0.001 else "< 0.001"


def listed(values: np.ndarray) -> str:
    """Numbers, finite and at least one, with as many decimals as it takes to tell them apart."""
    spread = float(np.ptp(values))
    decimals = int(np.clip(2 - np.floor(np.log10(spread)), 0, 12)) if spread > 0 else 2
    return ", ".join(f"{value:,.{decimals}f}" for value in values)
