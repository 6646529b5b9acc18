"""Rows and templates become tasks, or problems by row; a template reaches nothing but its row."""

from __future__ import annotations

import pytest

from engine.domain.errors import ErrorCode
from engine.domain.sheet import Row, Sheet
from engine.domain.task import RecipeName
from engine.results.imports.planning import Layout, plan
from engine.results.imports.reading import read_text
from engine.results.imports.templates import RowTemplateError, Templates, place
from tests.workbench import spec

TEXT = 'id,First Name,text\n1,Ann,"line\nend"\n2,Bob,{{ id }}\n'


async def sheet(text: str = TEXT) -> Sheet:
    """Two rows."""
    return await read_text(text, ending=".csv")


async def test_a_row_becomes_a_task() -> None:
    """Cells stand where their columns are named; a template in a cell is text."""
    layout = Layout(base=spec(batch="b", system="For {{ id }}"), goal="Hi {{First_Name}}: {{ text }}", title="#{{id}}")
    made = await plan(await sheet(), layout)
    assert [(each.goal, each.title, each.system, each.batch) for each in made.specs] == [
        ("Hi Ann: line\nend", "#1", "For 1", "b"),
        ("Hi Bob: {{ id }}", "#2", "For 2", "b"),
    ]
    assert [each.row.number for each in made.tasks] == [2, 3] and made.problems == made.templates == ()


async def test_a_pipeline_has_a_template_for_each_prompt() -> None:
    """In their order."""
    layout = Layout(base=spec(recipe=RecipeName.PIPELINE), prompts=("Read {{text}}", "Sum up for {{id}}"))
    (first, _) = (await plan(await sheet(), layout)).specs
    assert first.prompts == ("Read line\nend", "Sum up for 1") and first.goal == ""


async def test_columns_that_are_not_there_are_named() -> None:
    """Before any row is looked at, in every text of the layout."""
    made = await plan(await sheet(), Layout(base=spec(), goal="{{ nope }} {{ id }} {{ also.this }}", title="{{ id"))
    goal, title = made.templates
    assert (goal.field, goal.code, goal.detail) == ("goal", ErrorCode.TEMPLATE_UNKNOWN, "also, nope")
    assert (title.field, title.code) == ("title", ErrorCode.TEMPLATE_SYNTAX) and "(1)" in title.detail
    assert made.tasks == ()


async def test_problems_are_told_by_row_in_their_order() -> None:
    """Of reading and of asking alike; the other rows are planned."""
    read = await sheet("id,text\n1,\n2\n3,ok\n")
    made = await plan(read, Layout(base=spec(), goal="{{ text }}"))
    assert [(each.row, each.code) for each in made.problems] == [
        (2, ErrorCode.GOAL_EMPTY),
        (3, ErrorCode.ROW_CELLS),
    ]
    assert [each.goal for each in made.specs] == ["ok"]


async def test_some_rows_alone() -> None:
    """For a trial: what is wrong with others is not its matter."""
    read = await sheet("id,text\n1,x\n2\n3,ok\n")
    made = await plan(read, Layout(base=spec(), goal="{{ text }}"), rows=read.rows[1:])
    assert [each.goal for each in made.specs] == ["ok"] and made.problems == ()


HOSTILE = (
    "{% include '/etc/passwd' %}",
    "{% import 'x' as x %}{{ x }}",
    "{% extends 'x' %}",
    "{{ id.__class__.__mro__ }}",
    "{{ ''.__class__ }}",
    "{{ id.upper() }}",
    "{{ debug() }}",
    "{{ 'x' * 100000000 }}",
    "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
    "{% set n = namespace(x='aaaaaaaaaa') %}{% for i in range(40) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
    "{{ 'a'|replace('a', 'a' * 1000)|replace('a', 'a' * 1000)|replace('a', 'a' * 1000) }}",
    "{{ 'a'|indent(100000000, true) }}",
    "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}",
)


@pytest.mark.parametrize("source", HOSTILE)
async def test_a_template_is_isolated_and_bounded(source: str) -> None:
    """No file, no object, no end to its work: each is an error of its row, at once."""
    read = await sheet()
    templates = Templates({"goal": source}, read.columns)
    with pytest.raises(RowTemplateError):
        templates.render(read.values(read.rows[0]))


async def test_a_long_cell_costs_no_fuel() -> None:
    """A megabyte of text is put in, trimmed and in capitals."""
    read = await sheet()
    long = Row(number=1, cells=("x" * 1_000_000, "", ""))
    assert (
        len(Templates({"goal": "{{ id }}{{ id|upper }}"}, read.columns).render(read.values(long))["goal"]) == 2_000_000
    )


async def test_a_failing_row_says_why() -> None:
    """With the line of the template, and no more of it."""
    layout = Layout(base=spec(), goal="Hello\n{{ 1 // (id|int - 1) }}")
    (problem,) = (await plan(await sheet(), layout)).problems
    assert (problem.row, problem.code) == (2, ErrorCode.TEMPLATE_FAILED) and problem.detail.endswith("(2)")


async def test_what_stands_for_a_column() -> None:
    """Is what the editor's chips put in."""
    assert [place(column) for column in (await sheet()).columns] == ["{{id}}", "{{First_Name}}", "{{text}}"]
