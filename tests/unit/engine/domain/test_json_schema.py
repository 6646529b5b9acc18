"""What is asked of an answer is a JSON schema, or is refused before anything is asked."""

from __future__ import annotations

import pytest

from engine.domain.errors import ErrorCode
from engine.domain.json_schema import DEEPEST, is_schema
from engine.domain.task import RecipeName
from engine.domain.validate import problems
from engine.recipes import recipe
from tests.workbench import spec

SOUND = (
    "{}",
    '{"type": "object", "properties": {"kind": {"enum": ["late", "broken"]}}, "required": ["kind"]}',
    '{"type": ["string", "null"], "maxLength": 20, "x-of-mine": 7}',
    '{"anyOf": [{"type": "integer", "minimum": -1.5}, true], "$defs": {"a": {"items": {"type": "number"}}}}',
)
WRONG = (
    "no json",
    "[]",
    "true",
    '{"type": "text"}',
    '{"type": []}',
    '{"properties": {"a": 1}}',
    '{"required": [1]}',
    '{"anyOf": []}',
    '{"items": {"items": {"type": 1}}}',
    '{"maxLength": -1}',
    '{"minimum": true}',
    '{"multipleOf": 0}',
    '{"items": ' * (DEEPEST + 2) + "{}" + "}" * (DEEPEST + 2),
    "[" * 100_000,
    '{"a": "' + "x" * 300_000 + '"}',
)


@pytest.mark.parametrize("text", SOUND)
def test_a_schema_is_taken(text: str) -> None:
    """With keywords that nobody knows, as the draft says."""
    assert is_schema(text) and problems(spec(output_schema=text)) == ()


@pytest.mark.parametrize("text", WRONG)
def test_anything_else_is_refused(text: str) -> None:
    """However deep or long it is."""
    assert not is_schema(text)
    assert [problem.code for problem in problems(spec(output_schema=text))] == [ErrorCode.SCHEMA_INVALID]


@pytest.mark.parametrize("name", list(RecipeName))
def test_the_model_is_told(name: RecipeName) -> None:
    """In the system prompt, below the person's own; where no form is asked for nothing is said of it."""
    asked = spec(recipe=name, prompts=("one",), system="Mine.", output_schema=SOUND[1])
    system = recipe(name).prompt(asked, ())[0].content
    assert system.startswith("Mine.") and SOUND[1] in system
    plain = spec(recipe=name, prompts=("one",), system="Mine.")
    assert "JSON schema" not in recipe(name).prompt(plain, ())[0].content
