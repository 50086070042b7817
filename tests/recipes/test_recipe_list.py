"""Which recipes there are."""

import pytest

from ganlib import recipes
from ganlib.errors import ConfigError


def test_recipes_by_page_and_order() -> None:
    names = list(recipes.all_recipes())
    assert [name for name in names if name.startswith("toy/")][:2] == [
        "toy/scalar",
        "toy/gaussian-vector",
    ]
    assert [name for name in names if name.startswith("mnist/")][:2] == [
        "mnist/dcgan",
        "mnist/basic",
    ]
    pages = [recipe.page for recipe in recipes.all_recipes().values()]
    assert pages == sorted(pages)


def test_a_page_has_its_own() -> None:
    for page in {recipe.page for recipe in recipes.all_recipes().values()}:
        found = recipes.on_page(page)
        assert {recipe.page for recipe in found} == {page}
        assert [recipe.order for recipe in found] == sorted(recipe.order for recipe in found)
    assert recipes.on_page("toy")[0].name == "toy/scalar"
    assert recipes.on_page("none") == []


def test_a_recipe_by_name() -> None:
    assert recipes.get("mnist/dcgan").name == "mnist/dcgan"
    with pytest.raises(ConfigError) as caught:
        recipes.get("mnist/vae")
    listed = ", ".join(recipes.all_recipes())
    assert str(caught.value) == f"There is no recipe 'mnist/vae'. Allowed: {listed}."
