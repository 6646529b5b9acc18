"""Templates with a row's cells in them: `{{column}}`, and what minijinja has besides, isolated and bounded by fuel.

A template sees the cells of its row as text and nothing else: no file, no other template, no object of Python. A cell
is put in and never read as a template. Fuel bounds work and length alike, so that no template holds the window up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.domain.errors import ErrorCode
from engine.domain.sheet import Column

FUEL = 200_000
"""Instructions, and pieces of text that filters make, for one text of one row: some milliseconds."""

GLOBALS = frozenset({"range", "dict", "debug", "namespace", "loop"})
"""Names that a template has without being given them."""

_PLACE = re.compile(r" \(in [^()]*:(\d+)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateProblem:
    """What is wrong with a template before any row is looked at."""

    field: str
    code: ErrorCode
    detail: str = ""
    """The unknown names, or minijinja's words with the line; both hostile text."""


class RowTemplateError(Exception):
    """A template failed for one row."""

    def __init__(self, field: str, detail: str) -> None:
        """Name the field and minijinja's words."""
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail


class Templates:
    """Texts with places for cells, by field."""

    def __init__(self, sources: Mapping[str, str], columns: Iterable[Column]) -> None:
        """Read them; `problems` says what is wrong."""
        from minijinja import Environment, TemplateError  # noqa: PLC0415 - 40 ms that only an import needs

        self._failure = TemplateError
        self._environment = Environment(
            undefined_behavior="strict",
            auto_escape_callback=lambda _name: False,
            keep_trailing_newline=True,
            pycompat=False,
            debug=False,
            fuel=FUEL,
        )
        self._environment.remove_global("debug")
        self._fields = tuple(sources)
        known = GLOBALS | {column.name for column in columns}
        self.problems = tuple(
            problem for field, source in sources.items() if (problem := self._add(field, source, known)) is not None
        )

    def render(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return each field's text for a row; raises `RowTemplateError`."""
        return {field: self._render(field, values) for field in self._fields}

    def _add(self, field: str, source: str, known: frozenset[str]) -> TemplateProblem | None:
        try:
            self._environment.add_template(field, source)
        except self._failure as error:
            return TemplateProblem(field=field, code=ErrorCode.TEMPLATE_SYNTAX, detail=_words(error))
        unknown = sorted(self._environment.undeclared_variables_in_template(field) - known)
        if not unknown:
            return None
        return TemplateProblem(field=field, code=ErrorCode.TEMPLATE_UNKNOWN, detail=", ".join(unknown))

    def _render(self, field: str, values: Mapping[str, str]) -> str:
        try:
            return self._environment.render_template(field, **values)
        except self._failure as error:
            raise RowTemplateError(field, _words(error)) from error


def place(column: Column) -> str:
    """Return what stands for a column in a template."""
    return "{{" + column.name + "}}"


def _words(error: Exception) -> str:
    """Return minijinja's words on one line, with the line of the template."""
    return _PLACE.sub(r" (\1)", str(error).split("\n", 1)[0])[:200]
