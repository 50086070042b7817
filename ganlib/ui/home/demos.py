"""Three ways to begin, each with one click."""

from dataclasses import dataclass

import streamlit as st

from ganlib import recipes
from ganlib.names import numbered
from ganlib.ui.components.errors import deferred_errors, show_deferred_error
from ganlib.ui.form.config_form import fill_form
from ganlib.ui.launch.recipe_choice import choose_recipe
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import Press, open_comparison, open_run, page_of, record_start

_DRAWN = "toy/plane"
# Session state keys of the ids of the runs that the last demo shows, and of errors.
_BEGUN, _ERROR = "demo.begun", "demo.error"


@dataclass(frozen=True)
class Demo:
    """A way to begin.

    Args:
        title: of its card.
        icon: Streamlit's name of a Material icon.
        text: one or two sentences on what the user will see.
        runs: (recipe, settings that differ from its defaults) of each run to start. One run is
            opened, several are compared; without any, the user draws a distribution.
        names: of the runs; without them, they are named as usual.
    """

    title: str
    icon: str
    text: str
    runs: tuple[tuple[str, dict[str, object]], ...] = ()
    names: tuple[str, ...] = ()


DEMOS = (
    Demo(
        "Two peaks in 15 seconds",
        ":material/show_chart:",
        "The smallest GAN there is: watch it turn noise into a distribution with two peaks.",
        (("toy/scalar", {}),),
    ),
    Demo(
        "Mode collapse and its cure",
        ":material/blur_off:",
        "A plain GAN misses most of eight peaks. The same networks find them all with a "
        "relativistic loss, gradient penalties and an averaged generator.",
        (("toy/plane", {"preset": "plain GAN"}), ("toy/plane", {"preset": "cured"})),
        # As the examples of the same settings are called.
        ("Mode collapse", "The same, cured"),
    ),
    Demo(
        "Draw your own",
        ":material/gesture:",
        "Draw any shape with the mouse or a finger, and a GAN learns to fill it with points.",
    ),
)


def begin(demo: Demo, press: Press) -> None:
    """Callback: starts the runs of a demo, which `open_begun` then shows.

    If other runs train, those of a comparison would have to wait. Then it chooses the examples.

    Args:
        demo: one of `DEMOS`.
        press: of the button. A second click starts nothing.
    """
    with deferred_errors(_ERROR):
        if not press.run_ids:
            examples = _examples(demo)
            if manager().active() and len(examples) > 1:
                press.run_ids += examples
            else:
                _start(demo, press)
        st.session_state[_BEGUN] = press.run_ids


def open_begun() -> None:
    """Opens the page of the demo that a callback has begun; shows the error if it failed."""
    show_deferred_error(_ERROR)
    run_ids = st.session_state.pop(_BEGUN, None)
    if run_ids is None:
        return
    if not run_ids:
        _draw()
    first = manager().store.open(run_ids[0])
    if first.is_example:
        st.toast(
            "Other runs are training, so you see finished examples instead. To train your own, "
            "come back when they are done.",
            icon=":material/info:",
        )
        open_comparison(run_ids)
    record_start(first.id)
    if len(run_ids) == 1:
        open_run(first)
    st.toast("The second GAN starts as soon as it may.", icon=":material/hourglass_top:")
    open_comparison(run_ids)


def _start(demo: Demo, press: Press) -> None:
    """Starts the runs."""
    submit, store = server().submit, manager().store
    for name, values in demo.runs:
        press.run_ids.append(submit(name, recipes.get(name).parse(dict(values))))
    for run_id, name in zip(press.run_ids, demo.names, strict=False):
        store.rename(run_id, numbered(name, [row.label.name for row in store.list()]))


def _examples(demo: Demo) -> list[str]:
    """The ids of the examples that were trained with the settings of a demo, in its order."""
    found = []
    for name, values in demo.runs:
        recipe = recipes.get(name)
        data = recipe.data_key(recipe.parse(dict(values)).model_dump(mode="json"))
        found += [
            run.id
            for run in manager().store.examples()
            if run.recipe == name
            and recipe.data_key(run.values) == data
            and values.items() <= run.values.items()
        ]
    return found


def _draw() -> None:
    """Opens the entry page with the settings that learn a drawing, which stays as it is."""
    recipe = recipes.get(_DRAWN)
    settings = {**recipe.Config().model_dump(), "target": "drawn"}
    settings.pop("drawing")
    choose_recipe(recipe.name)
    fill_form(recipe, settings)
    st.switch_page(page_of(recipe.name))
