"""Names and sizes of tasks."""

from __future__ import annotations

import pytest

from engine.domain.states import TimeLevel
from engine.domain.task import MULTIPLIER, Complexity, RecipeName, Standing
from tests.workbench import spec


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"title": "Mine", "goal": "Other"}, "Mine"),
        ({"goal": "\n First line \nsecond"}, "First line"),
        ({"goal": "", "recipe": RecipeName.PIPELINE, "prompts": ("Ask this", "then that")}, "Ask this"),
        ({"goal": "x" * 500}, "x" * 120),
    ],
)
def test_what_a_task_is_called(fields: dict[str, object], name: str) -> None:
    """Its title, else the first line of what it asks, capped."""
    assert spec(**fields).name == name


def test_steps_at_most() -> None:
    """A pipeline has as many as prompts, whatever max_steps says."""
    assert spec(max_steps=9).total_steps == 9
    assert spec(recipe=RecipeName.PIPELINE, prompts=("a", "b"), max_steps=9).total_steps == 2


def test_multipliers_of_the_article() -> None:
    """One for each complexity, and no default for an unknown one."""
    assert [MULTIPLIER[each] for each in Complexity] == [1.0, 1.5, 2.0, 2.5]


def test_a_grant_lengthens_its_level_alone() -> None:
    """Seconds that a person granted count at the level they were granted for."""
    standing = Standing(grants={TimeLevel.STEP: 30.0})
    assert standing.limit(TimeLevel.STEP, 100.0) == 130.0
    assert standing.limit(TimeLevel.TASK, 100.0) == 100.0
