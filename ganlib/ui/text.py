"""Text on a page: the user's own, and names of options."""


def plain(text: str) -> str:
    """Markdown that shows the text as it is."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>()#+!|~$:" else c for c in text)


def words(option: object) -> str:
    """The name of an option without what only a command line needs."""
    return str(option).replace("_", " ")
