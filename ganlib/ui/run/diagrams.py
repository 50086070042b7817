"""Diagrams of the networks of a recipe and of the two phases of a training step."""

from dataclasses import replace

import streamlit as st

from ganlib import recipes
from ganlib.architecture import NetworkShape
from ganlib.config import RunConfig
from ganlib.recipes import Recipe
from ganlib.ui.components.diagram import diagram
from ganlib.ui.components.errors import errors_shown
from ganlib.viz.architecture import adversarial_drawing, network_drawing, shape_text
from ganlib.viz.phases import PHASES, Phase, phase_drawing


def architecture_panel(recipe: Recipe, config: RunConfig) -> None:
    """Draws the networks of a recipe with the given settings.

    Args:
        recipe: the recipe.
        config: its settings.
    """
    with errors_shown():
        networks_panel(*_described(recipe.name, config.model_dump_json()))


def networks_panel(
    generator: NetworkShape, discriminator: NetworkShape, key: str = "architecture"
) -> None:
    """Draws two networks, and their layers as a table on request.

    Args:
        generator: named "generator".
        discriminator: named "discriminator" or "critic".
        key: unique on the page.
    """
    diagram(
        [
            network_drawing(generator),
            network_drawing(discriminator),
            adversarial_drawing(generator, discriminator),
        ],
        key=f"{key}.networks",
    )
    if st.toggle("Every layer as a table", key=f"{key}.as_table"):
        st.dataframe(
            [
                {
                    "Network": network.name.capitalize(),
                    "Layer": layer.name,
                    "What it does": layer.kind,
                    "Output shape": shape_text(layer.output_shape),
                    "Parameters": layer.parameters,
                }
                for network in (generator, discriminator)
                for layer in network.layers
            ],
            column_config={"Parameters": st.column_config.NumberColumn(format="localized")},
            width="stretch",
            key=f"{key}.table",
        )


def phases_diagram(
    highlighted: Phase | None = None, *, discriminator: str = "discriminator", key: str = "phases"
) -> None:
    """Draws both phases. If one is highlighted, the other is dimmed.

    Args:
        highlighted: the network that learns in the highlighted phase; None highlights neither.
        discriminator: "discriminator" or "critic".
        key: unique on the page.
    """
    dimmed = [at for at, phase in enumerate(PHASES) if highlighted not in (None, phase)]
    diagram([phase_drawing(phase, discriminator) for phase in PHASES], key=key, dimmed=dimmed)


@st.cache_data(max_entries=32, show_spinner="Building the networks")
def _described(recipe_name: str, knobs: str) -> tuple[NetworkShape, NetworkShape]:
    """Builds (generator, discriminator) and returns their shapes; settings are JSON."""
    from ganlib.training import describe

    recipe = recipes.get(recipe_name)
    config = recipe.Config.model_validate_json(knobs)
    generator, discriminator = describe(recipe, config)
    return generator, replace(discriminator, name="critic" if config.is_critic else "discriminator")
