"""What a row becomes, as the text that is sent of it, or what stands in its way."""

from __future__ import annotations

from engine.face import Layout, Row, RowProblem, Sheet, TaskSpec, Templates, task_of
from ui.importing.problems import problem_text, template_text
from ui.text import Words

BETWEEN = "\n---\n"
"""Stands between the prompts of a pipeline, as in its template."""


def asked(spec: TaskSpec) -> str:
    """Return all that a task asks for."""
    return spec.goal or BETWEEN.join(spec.prompts)


def text_of_row(words: Words, sheet: Sheet, layout: Layout, row: Row) -> str:
    """Return a row's title and text, or its problem in words."""
    templates = Templates(layout.sources, sheet.columns)
    if templates.problems:
        return "\n".join(template_text(words, each) for each in templates.problems)
    made = task_of(sheet, layout, templates, row)
    if isinstance(made, RowProblem):
        return problem_text(words, made)
    return f"{made.title}\n\n{asked(made)}" if made.title else asked(made)
