"""Rows and templates to what is asked of tasks; everything that is wrong is told by row before anything is created."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from engine.domain.errors import ErrorCode, InvalidSpecError
from engine.domain.sheet import Row, RowProblem, Sheet
from engine.domain.slices import in_slices
from engine.domain.task import RecipeName, TaskSpec
from engine.domain.validate import validate
from engine.results.imports.templates import RowTemplateError, TemplateProblem, Templates

AT_ONCE = 50
"""Rows in one slice: a template may take a millisecond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is made of a row: texts with places for cells, and all that is the same for every task."""

    base: TaskSpec
    """Model, recipe, limits, batch; its texts are not looked at."""
    goal: str = ""
    prompts: tuple[str, ...] = ()
    """Of a pipeline."""
    title: str = ""

    @property
    def sources(self) -> Mapping[str, str]:
        """The templates by field."""
        prompts = {f"prompts.{place}": text for place, text in enumerate(self.prompts)}
        asked = prompts if self.base.recipe is RecipeName.PIPELINE else {"goal": self.goal}
        return {**asked, "title": self.title, "system": self.base.system}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A row as a task."""

    row: Row
    spec: TaskSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be created, and what is wrong: in the templates themselves, or in single rows, in their order."""

    tasks: tuple[Planned, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    templates: tuple[TemplateProblem, ...] = field(default=())

    @property
    def specs(self) -> tuple[TaskSpec, ...]:
        """What is asked of each task."""
        return tuple(planned.spec for planned in self.tasks)


async def plan(sheet: Sheet, layout: Layout, rows: Iterable[Row] | None = None) -> Plan:
    """Return what `layout` makes of a sheet, or of some of its rows; in slices. Problems of reading come along."""
    templates, titles = Templates(layout.sources, sheet.columns), sheet.titles
    if templates.problems:
        return Plan(templates=templates.problems, problems=sheet.problems)
    tasks, problems = list[Planned](), list[RowProblem]()
    async for row in in_slices(sheet.rows if rows is None else rows, AT_ONCE):
        made = task_of(sheet, layout, templates, row)
        if isinstance(made, RowProblem):
            problems.append(made)
        else:
            cells = dict(zip(titles, row.cells, strict=True))
            tasks.append(Planned(row=row, spec=replace(made, cells=cells)))
    every = [*(sheet.problems if rows is None else ()), *problems]
    return Plan(tasks=tuple(tasks), problems=tuple(sorted(every, key=lambda each: each.row)))


def task_of(sheet: Sheet, layout: Layout, templates: Templates, row: Row) -> TaskSpec | RowProblem:
    """Return what is asked of one row's task, or what is wrong with it."""
    try:
        texts = templates.render(sheet.values(row))
        return validate(_spec(layout, texts))
    except RowTemplateError as error:
        return RowProblem(row=row.number, code=ErrorCode.TEMPLATE_FAILED, detail=error.detail)
    except InvalidSpecError as error:
        problem = error.problems[0]
        return RowProblem(row=row.number, code=problem.code, detail=problem.field)


def _spec(layout: Layout, texts: Mapping[str, str]) -> TaskSpec:
    prompts = tuple(texts[f"prompts.{place}"].strip() for place in range(len(layout.prompts)))
    pipeline = layout.base.recipe is RecipeName.PIPELINE
    return replace(
        layout.base,
        goal="" if pipeline else texts["goal"].strip(),
        prompts=prompts if pipeline else (),
        title=texts["title"].strip(),
        system=texts["system"],
    )
