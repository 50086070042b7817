"""Text on a page: the user's own, names of options, and numbers."""

import re
from collections.abc import Mapping

import numpy as np

from ganlib.knobs import Config, choices

# An underscore within a word and a colon before a space mean nothing, and are frequent. What
# begins a list or underlines a heading does so at the beginning of a line only.
_MARKUP = re.compile(
    r"[\\`*\[\]<>#|~$&]|(?<!\w)_|_(?!\w)|:(?=\S)|^\s*[-+=]|(?<=^[0-9])[.)]|(?<=^[0-9]{2})[.)]",
    re.MULTILINE,
)
# Icons and bare addresses are looked for once all else of Markdown is done, when backslashes
# count for nothing; what keeps them from being found is a character that has no width.
_FOUND_LATE = re.compile(r"\\:(?=//|[\w/+-]+\\?:)|www(?=\.)", re.IGNORECASE)
# A name in code, not quoted: what somebody has typed stays.
_CODE = re.compile(r"(?<![\w'])[a-z0-9]+(?:_[a-z0-9]+)+(?![\w'])")
_WORD_JOINER, _BACKSLASH = "\u2060", "\\"


def plain(text: str) -> str:
    """Markdown that shows the text as it is: no markup, pictures, formulas, icons, links.

    What no browser can be sent is left out, or a question mark.
    """
    sent = text.encode("utf-8", "replace").decode().replace("\0", "")
    escaped = _MARKUP.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", sent)
    return _FOUND_LATE.sub(lambda found: f"{found[0].lstrip(_BACKSLASH)}{_WORD_JOINER}", escaped)


def words(option: object) -> str:
    """The name of an option without what only a command line needs."""
    return str(option).replace("_", " ")


def typed(value: float) -> str:
    """A number as one would type it, in full: 8000, 0.0002, 1e-07."""
    if isinstance(value, int):
        return str(value)
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def in_words(sentence: str, config: type[Config]) -> str:
    """A sentence about knobs, with their names and values as a page shows them."""
    fields = config.model_fields
    names = {*fields, *(choice for field in fields.values() for choice in choices(field))}
    said = _CODE.sub(lambda found: words(found[0]) if found[0] in names else found[0], sentence)
    first = sentence.partition(" ")[0]
    return said[:1].upper() + said[1:] if first in fields else said


def with_names(sentence: str, names: Mapping[str, str]) -> str:
    """A sentence about runs, with their names in place of their ids.

    Args:
        sentence: as `ganlib.runs` and the command line say it.
        names: of runs, by id.
    """
    for run_id, name in names.items():
        sentence = sentence.replace(run_id, f"“{name}”")
    return sentence


def p_text(p_value: float) -> str:
    """As papers write it."""
    return f"{p_value:.3f}" if p_value >= 0.001 else "< 0.001"


def listed(values: np.ndarray) -> str:
    """Numbers, finite and at least one, with as many decimals as it takes to tell them apart."""
    spread = float(np.ptp(values))
    decimals = int(np.clip(2 - np.floor(np.log10(spread)), 0, 12)) if spread > 0 else 2
    return ", ".join(f"{value:,.{decimals}f}" for value in values)
