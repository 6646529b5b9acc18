"""What stands in the way of a batch, by row, before anything is created."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from engine.face import Plan, RowProblem, TemplateProblem
from ui.bars import plain_label
from ui.text import Words

SHOWN = 200
"""Problems in the list; their number is told."""
HEIGHT = 64


class ProblemsList(QWidget):
    """Shown while there are problems."""

    def __init__(self, words: Words) -> None:
        """Begin with none."""
        super().__init__()
        self._words = words
        self._caption = plain_label("")
        self._caption.setObjectName("error")
        self.list = QListWidget()
        self.list.setFixedHeight(HEIGHT)
        self.list.setAccessibleName(words("import.problems_name"))
        self.skip = QCheckBox(words("import.skip"))
        above = QHBoxLayout()
        above.setSpacing(16)
        above.addWidget(self._caption)
        above.addWidget(self.skip)
        above.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 6, 0)
        layout.setSpacing(4)
        layout.addLayout(above)
        layout.addWidget(self.list)
        self.hide()

    def show_plan(self, plan: Plan | None) -> None:
        """Show what is wrong with a plan."""
        told = self.told(plan) if plan is not None else []
        self.setVisible(bool(told))
        self.skip.setVisible(plan is not None and bool(plan.problems) and bool(plan.tasks))
        self.list.clear()
        self.list.addItems(told)
        if plan is not None and plan.problems:
            self._caption.setText(self._words.counted("import.problems", len(plan.problems)))
        elif told:
            self._caption.setText(self._words("import.template_problem"))

    def told(self, plan: Plan) -> list[str]:
        """Return the problems as lines."""
        templates = [template_text(self._words, each) for each in plan.templates]
        return [*templates, *(problem_text(self._words, each) for each in plan.problems[:SHOWN])]


def problem_text(words: Words, problem: RowProblem) -> str:
    """Return a row's problem in words."""
    detail = f" ({problem.detail})" if problem.detail else ""
    return words("import.row", row=f"{problem.row:,}", problem=words(f"error.{problem.code}")) + detail


def template_text(words: Words, problem: TemplateProblem) -> str:
    """Return a template's problem in words."""
    return words(f"error.{problem.code}") + (f" ({problem.detail})" if problem.detail else "")
