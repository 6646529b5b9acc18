"""How a task chooses its next prompt and knows that it is done: all recipes, by name."""

from engine.domain.task import RecipeName
from engine.recipes.iterate import Iterate
from engine.recipes.pipeline import Pipeline
from engine.recipes.port import Recipe

RECIPES: dict[RecipeName, Recipe] = {RecipeName.ITERATE: Iterate(), RecipeName.PIPELINE: Pipeline()}


def recipe(name: RecipeName) -> Recipe:
    """Return the recipe of this name."""
    return RECIPES[name]
