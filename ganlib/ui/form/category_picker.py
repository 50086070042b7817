"""Selection of the drawings to learn: categories of Quick, Draw!, or the user's own file."""

import html
from functools import partial

import streamlit as st

from ganlib.data import quickdraw
from ganlib.data.digest import file_digest
from ganlib.data.quickdraw import CategoryAvailability
from ganlib.errors import DataError
from ganlib.tiles import tiles_png
from ganlib.ui.components.errors import errors_shown, show_error
from ganlib.ui.components.gallery import Tile, gallery
from ganlib.ui.components.grid import data_url
from ganlib.ui.form import own_files

_FIRST = 6
# Categories with a preview; more would push the rest of the form out of sight.
_CARDS = 6
_CARDS_STYLE = (
    "display:grid;grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr));gap:1rem"
)
_SMALL = "font-size:0.85rem;opacity:0.75"


def category_picker(key: str, help: str) -> None:
    """Lets the user choose one or several of the 345 categories, with previews of drawings.

    Args:
        key: session state key of the chosen names, a sequence.
        help: tooltip.
    """
    st.multiselect(
        "Categories",
        quickdraw.CATEGORIES,
        key=key,
        help=help,
        placeholder=f"Choose one or several of {len(quickdraw.CATEGORIES)}",
        persist_state="session",
    )
    try:
        available = quickdraw.availability()
    except DataError as error:
        show_error(error)
        return
    chosen = list(st.session_state[key])

    def toggle(name: str) -> None:
        others = [other for other in st.session_state[key] if other != name]
        st.session_state[key] = others if name in st.session_state[key] else [*others, name]

    tiles = [
        Tile(
            name,
            name,
            _thumbnail(name, each.count) if each.count else None,
            f"{each.count:,} here" if each.count else "",
            help=f"{each.total:,} drawings published",
        )
        for name, each in available.items()
    ]
    missing = sum(not each.count for each in available.values())
    gallery(
        tiles,
        chosen,
        key=f"{key}:gallery",
        label="Categories",
        on_click=toggle,
        scroll=True,
        unpictured=f"{missing} more, downloaded when a run needs them:" if missing else "",
    )
    if not chosen:
        return
    with st.expander("A closer look at the drawings"):
        cards = "".join(_card(name, available[name]) for name in chosen[:_CARDS])
        st.html(f'<div style="{_CARDS_STYLE}">{cards}</div>')
        if len(chosen) > _CARDS:
            st.caption(f"And {len(chosen) - _CARDS:,} more.")


def own_drawings(key: str, help: str) -> None:
    """Lets the user upload a file of drawings to use instead of the categories.

    Args:
        key: session state key of the file's path, `<form>:own_file`; the path is empty if there
            is no file. The knob `own_digest` has the key `<form>:own_digest`.
        help: tooltip with the required content of the file.
    """
    digest = f"{key.removesuffix('own_file')}own_digest"
    clear_digest = partial(st.session_state.update, {digest: ""})
    with st.popover("Your own drawings", icon=":material/upload_file:"):
        st.file_uploader(
            "A .npy file",
            type="npy",
            max_upload_size=own_files.MAX_MB,
            key=f"{key}:upload",
            help=help,
            on_change=own_files.take_upload,
            args=(key, _check, clear_digest),
        )
        show_error(st.session_state.get(f"{key}:problem", ""))
    path = st.session_state.get(key)
    if not path:
        return
    with errors_shown():
        drawings = quickdraw.own_drawings(path)
        count, first = drawings.count(), drawings.read(_FIRST)[..., 0]
        if st.session_state.get(digest) not in ("", None, file_digest(drawings.path)):
            own_files.offer_changed_file(key, clear_digest)
        st.markdown(f"Used instead of the categories: {count:,} drawings of your own.")
        rows = data_url(tiles_png(first, columns=len(first), scale=2))
        st.html(_figure(rows, "The first of your own drawings", "The first"))
    st.button(
        "Back to the categories",
        key=f"{key}:drop",
        icon=":material/undo:",
        on_click=own_files.drop,
        args=(key,),
    )


def _check(path: str) -> None:
    quickdraw.own_drawings(path).count()


def _card(name: str, available: CategoryAvailability) -> str:
    """HTML with a category's first drawings and number 4,242, as the networks get them.

    HTML instead of st.image, which smooths the pixels and whose files may be deleted before the
    browser requests them.
    """
    heading = (
        f"<div><strong>{html.escape(name)}</strong></div>"
        f'<div style="{_SMALL}">{html.escape(_amount(available))}</div>'
    )
    pictures = _pictures(name, available.count)
    if pictures is None:
        return f"<div>{heading}</div>"
    first, one, number = pictures
    which = f"Drawing {number:,}" + ("" if number == quickdraw.NUMBER else ", the last one")
    return (
        f'<div>{heading}<div style="display:flex;flex-wrap:wrap;gap:0.75rem;margin-top:0.4rem">'
        f"{_figure(first, f'The first drawings of {name}', f'The first {_FIRST}')}"
        f"{_figure(one, f'{which}, of {name}', which)}</div></div>"
    )


def _figure(src: str, alt: str, caption: str) -> str:
    return (
        f'<figure style="margin:0"><img src="{src}" alt="{html.escape(alt)}" '
        'style="display:block;border-radius:4px;image-rendering:pixelated">'
        f'<figcaption style="{_SMALL};width:0;min-width:100%">{html.escape(caption)}'
        "</figcaption></figure>"
    )


def _amount(available: CategoryAvailability) -> str:
    if not available.count:
        return f"{available.total:,} drawings, downloaded when a run needs them"
    return f"{available.count:,} of {available.total:,} drawings here, {available.provenance}"


@st.cache_data(max_entries=400, show_spinner=False)
def _pictures(name: str, count: int) -> tuple[str, str, int] | None:
    """Data URLs of the first drawings and of number 4,242 or the last, and its number.

    Args:
        name: of the category.
        count: number of drawings on this disk; part of the cache key.
    """
    first, found = quickdraw.previews(name, _FIRST), quickdraw.drawing(name, quickdraw.NUMBER)
    if first is None or found is None:
        return None
    image, number = found
    # Two rows at scale 2 are as high as one drawing at scale 4.
    rows = tiles_png(first, columns=_FIRST // 2, scale=2)
    return data_url(rows), data_url(tiles_png(image[None], columns=1, scale=4)), number


@st.cache_data(max_entries=400, show_spinner=False)
def _thumbnail(name: str, count: int) -> str | None:
    """Data URL of four drawings at scale 2."""
    first = quickdraw.previews(name, 4)
    return None if first is None else data_url(tiles_png(first, columns=2, gap=1, scale=2))
