"""Text of the user's own on a page of Markdown."""


def plain(text: str) -> str:
    """Markdown that shows the text as it is."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>()#+!|~$:" else c for c in text)
