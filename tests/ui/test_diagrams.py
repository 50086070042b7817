import json

import pytest
from streamlit.testing.v1 import AppTest


def panel() -> None:
    from ganlib.architecture import LayerBox, NetworkShape
    from ganlib.ui.run.diagrams import networks_panel

    networks_panel(
        NetworkShape("generator", (2,), (LayerBox("out", "dense", (1,), 3),)),
        NetworkShape("discriminator", (1,), (LayerBox("judge", "dense", (1,), 2_000),)),
    )


def of_recipe(name: str, loss: str) -> None:
    from ganlib import recipes
    from ganlib.ui.run.diagrams import architecture_panel

    recipe = recipes.get(name)
    architecture_panel(recipe, recipe.parse({"loss": loss}))


def phases() -> None:
    from ganlib.ui.run.diagrams import phases_diagram

    phases_diagram(None, key="none")
    phases_diagram("discriminator", key="first")
    phases_diagram("generator", discriminator="critic", key="second")


def drawings(app: AppTest) -> list[list[dict[str, object]]]:
    assert not app.exception, app.exception
    return [json.loads(part.proto.json)["drawings"] for part in app.get("bidi_component")]


def test_both_networks_the_model_and_a_table() -> None:
    app = AppTest.from_function(panel, default_timeout=60).run()
    (shown,) = drawings(app)
    titles = ("Generator of 3 ", "Discriminator of 2,000 ", "Adversarial model of 2,003 ")
    for drawing, title in zip(shown, titles, strict=True):
        assert f'aria-label="{title}parameters' in drawing["svg"]
        assert not drawing["dimmed"]
    assert not app.dataframe
    table = app.toggle[0].set_value(True).run().dataframe[0].value
    assert table["Layer"].tolist() == ["out", "judge"]
    assert table["Parameters"].tolist() == [3, 2_000]


@pytest.mark.parametrize(("loss", "judge"), [("wasserstein", "Critic"), ("hinge", "Discriminator")])
def test_the_networks_of_a_recipe_as_its_knobs_have_them(loss: str, judge: str) -> None:
    app = AppTest.from_function(of_recipe, args=("toy/scalar", loss), default_timeout=60).run()
    (shown,) = drawings(app)
    assert f'aria-label="{judge} of ' in shown[1]["svg"]
    app.toggle[0].set_value(True).run()
    assert app.dataframe[0].value["Network"].unique().tolist() == ["Generator", judge]


def test_the_phase_that_is_not_lit_steps_back() -> None:
    app = AppTest.from_function(phases, default_timeout=60).run()
    dimmed = [[drawing["dimmed"] for drawing in diagram] for diagram in drawings(app)]
    assert dimmed == [[False, False], [False, True], [True, False]]
    assert "critic" in drawings(app)[2][0]["svg"]
