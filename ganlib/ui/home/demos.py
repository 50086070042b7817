"""Three ways to begin, each with one click."""

from dataclasses import dataclass

import streamlit as st

from ganlib import recipes
from ganlib.names import numbered
from ganlib.ui.form.config_form import fill_form
from ganlib.ui.launch.recipe_choice import choose_recipe
from ganlib.ui.server.server import manager, server
from ganlib.ui.server.session import open_comparison, open_run, page_of, record_start

_DRAWN = "toy/plane"


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


def begin(demo: Demo) -> None:
    """Starts the runs of a demo and opens the page that shows them.

    If other runs train, those of a comparison would have to wait. Then it shows the examples.

    Args:
        demo: one of `DEMOS`.
    Raises:
        UserError: a run cannot be started.
    """
    if not demo.runs:
        _draw()
    examples = _examples(demo)
    if manager().active() and len(examples) > 1:
        st.toast(
            "Other runs are training, so these are finished examples. To train your own, come back "
            "when nothing trains.",
            icon=":material/info:",
        )
        open_comparison(examples)
    ids = [
        server().submit(name, recipes.get(name).parse(dict(values))) for name, values in demo.runs
    ]
    store = manager().store
    for run_id, name in zip(ids, demo.names, strict=False):
        store.rename(run_id, numbered(name, [row.label.name for row in store.list()]))
    record_start(ids[0])
    if len(ids) == 1:
        open_run(store.open(ids[0]))
    st.toast(
        "The second GAN starts as soon as the first has finished.", icon=":material/hourglass_top:"
    )
    open_comparison(ids)


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
