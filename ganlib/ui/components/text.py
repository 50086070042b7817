"""Text on pages: escaped Markdown, names of options, and numbers."""

import re
from collections.abc import Mapping

import numpy as np
from pydantic.fields import FieldInfo

from ganlib.knobs import Config, choices
from ganlib.names import words as words

# Characters with a meaning in Streamlit's Markdown. Underscores inside words and colons before
# spaces have none and are frequent. Lists and underlined headings start at the beginning of a
# line.
_MARKUP = re.compile(
    r"[\\`*\[\]<>#|~$&]|(?<!\w)_|_(?!\w)|:(?=\S)|^\s*[-+=]|(?<=^[0-9])[.)]|(?<=^[0-9]{2})[.)]",
    re.MULTILINE,
)
# Icons and bare URLs are replaced after Markdown is parsed, when backslashes no longer protect
# them; a zero-width character does.
_FOUND_LATE = re.compile(r"\\:(?=//|[\w/+-]+\\?:)|www(?=\.)", re.IGNORECASE)
# A name with underscores. Names in quotes were typed by the user and stay.
_CODE = re.compile(r"(?<![\w'])[a-z0-9]+(?:_[a-z0-9]+)+(?![\w'])")
_WORD_JOINER, _BACKSLASH = "\u2060", "\\"


def plain(text: str) -> str:
    """Escapes text for Markdown: no markup, images, formulas, icons or links.

    Characters that cannot be sent to a browser are removed or replaced by a question mark.
    """
    sent = text.encode("utf-8", "replace").decode().replace("\0", "")
    escaped = _MARKUP.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", sent)
    return _FOUND_LATE.sub(lambda found: f"{found[0].lstrip(_BACKSLASH)}{_WORD_JOINER}", escaped)


def capital(text: str) -> str:
    """Returns the text with a capital first letter; all others stay as they are."""
    return text[:1].upper() + text[1:]


def typed(value: float) -> str:
    """Returns a number as a user would type it, with all digits: 8000, 0.0002, 1e-07."""
    if isinstance(value, int):
        return str(value)
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def value_text(value: object, field: FieldInfo | None, most: int | None = None) -> str:
    """Returns the value of a knob as text: numbers with all digits, choices in words.

    Args:
        value: of the knob.
        field: of the knob; None if its recipe does not have it.
        most: number of characters after which the text is cut; None for the whole text.
    """
    if isinstance(value, list | tuple):
        text = ", ".join(value_text(one, field) for one in value)
    elif isinstance(value, float):
        text = typed(value)
    elif type(value) is int:
        text = f"{value:,}"
    else:
        text = words(value) if field is not None and choices(field) else str(value)
    return text if most is None or len(text) <= most else f"{text[:most]}…"


def in_words(sentence: str, config: type[Config]) -> str:
    """Replaces names and values of knobs in a sentence by those that the form shows.

    Args:
        sentence: an error message, such as "batch_size must be ...".
        config: the recipe's config class.
    """
    fields = config.model_fields
    names = {*fields, *(choice for field in fields.values() for choice in choices(field))}
    text = _CODE.sub(lambda found: words(found[0]) if found[0] in names else found[0], sentence)
    first = sentence.partition(" ")[0]
    return capital(text) if first in fields else text


def with_names(sentence: str, names: Mapping[str, str]) -> str:
    """Replaces ids of runs in a sentence by their names.

    Args:
        sentence: an error message of `ganlib.runs`.
        names: names by id.
    """
    for run_id, name in names.items():
        sentence = sentence.replace(run_id, f"“{name}”")
    return sentence


def percent(share: float) -> str:
    """Returns a share as a whole percentage, such as "54 %"."""
    return f"{share:.0%}".replace("%", " %")


def p_text(p_value: float) -> str:
    """Returns a p-value in the notation of papers, such as "0.012" or "< 0.001"."""
    return f"{p_value:.3f}" if p_value >= 0.001 else "< 0.001"


def join_numbers(values: np.ndarray) -> str:
    """Joins numbers with commas, with as many decimals as are needed to distinguish them.

    Args:
        values: (n,) finite, n at least 1.
    """
    spread = float(np.ptp(values))
    decimals = int(np.clip(2 - np.floor(np.log10(spread)), 0, 12)) if spread > 0 else 2
    return ", ".join(f"{value:,.{decimals}f}" for value in values)
