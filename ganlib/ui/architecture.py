"""Both networks of a recipe, layer by layer, and the model they make together."""

import streamlit as st

from ganlib.architecture import NetworkShape
from ganlib.ui.diagram import diagram
from ganlib.viz.architecture import adversarial_drawing, network_drawing, shape_text


def architecture_panel(
    generator: NetworkShape, discriminator: NetworkShape, key: str = "architecture"
) -> None:
    """Draws the networks, with their layers as a table on request.

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
        key=key,
    )
    with st.popover("Every layer as a table", icon=":material/table_rows:"):
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
