"""What is the same for every task of a batch: title, model, recipe, budgets, priority, and what is seldom changed."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.face import Layout, RecipeName, TaskSpec, parse, prompts_of
from ui import start
from ui.dialogs.form import Field, WrongInputError, choice, grid, line, read, text_of
from ui.dialogs.model_choice import ModelChoice
from ui.dialogs.more_settings import MoreSettings
from ui.services import Preferences
from ui.text import Words


class BatchSettings(QWidget):
    """Fields by what a `Layout` has."""

    changed = Signal()

    def __init__(self, words: Words, preferences: Preferences) -> None:
        """Offer the person's usual provider and model."""
        super().__init__()
        self.models = ModelChoice(
            preferences.providers,
            preferences.default_provider,
            preferences.default_model,
            hint=words("new_task.no_models"),
        )
        recipes = [(words(f"new_task.{name}"), name) for name in RecipeName]
        self.batch = Field(words("import.batch"), line())
        self.title = Field(words("import.title"), line(hint=words("import.title_hint")))
        self.model = Field(words("new_task.provider_model"), self.models)
        self.recipe = Field(words("new_task.recipe"), choice(recipes))
        self.steps = Field(words("new_task.steps"), line("1"))
        self.budget = Field(words("import.task_budget"), line(hint=words("new_task.budget_hint")))
        self.limit = Field(words("import.batch_budget"), line(hint=words("new_task.budget_hint")))
        self.deadline = Field(words("import.deadline"), line(hint=words("import.deadline_hint")))
        self.more = MoreSettings(words)
        self.fold = QPushButton("▸ " + words("new_task.more"))
        self.fold.setProperty("flat", True)  # noqa: FBT003 - Qt's signature
        self.fold.setCheckable(True)
        self.fold.setAutoDefault(False)
        self.fold.toggled.connect(self._unfold)
        self._words = words
        self._build()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        rows = [
            [self.batch, self.title, self.model],
            [self.recipe, self.steps, self.budget, self.limit, self.deadline],
        ]
        layout.addLayout(grid(rows[:1]))
        layout.addLayout(grid(rows[1:], columns=5))
        layout.addWidget(self.fold)
        layout.addWidget(self.more)
        self.more.hide()
        for field in (self.batch, self.title, self.steps, self.budget, self.limit, self.deadline):
            field.field.textChanged.connect(self.changed)
        self.models.changed.connect(self.changed)
        self.recipe.field.currentIndexChanged.connect(self._recipe_chosen)

    def _unfold(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.fold.setText(("▾ " if on else "▸ ") + self._words("new_task.more"))
        self.more.setVisible(on)

    def _recipe_chosen(self) -> None:
        self.steps.setEnabled(not self.pipeline)
        self.changed.emit()

    @property
    def pipeline(self) -> bool:
        """Whether the template is a list of prompts."""
        return self.recipe.field.currentData() is RecipeName.PIPELINE

    @property
    def name(self) -> str:
        """The batch's name."""
        return text_of(self.batch).strip()

    @property
    def whole_budget(self) -> int | None:
        """Pico that the whole batch may spend; raises `WrongInputError`."""
        text = text_of(self.limit).strip()
        return read(self.limit, parse, "new_task.not_money") if text else None

    @property
    def whole_deadline(self) -> int | None:
        """Wall time by which the whole batch shall be done; raises `WrongInputError`."""
        return read(self.deadline, start.due, "import.no_deadline")

    def layout_of(self, template: str) -> Layout:
        """Return what is made of a row by this template; raises `WrongInputError`."""
        budget = text_of(self.budget).strip()
        if not self.name:
            raise WrongInputError(self.batch, "import.no_name")
        base = TaskSpec(
            goal="",
            provider=self.models.provider,
            model=self.models.model,
            recipe=RecipeName.PIPELINE if self.pipeline else RecipeName.ITERATE,
            max_steps=1 if self.pipeline else read(self.steps, int, "new_task.not_a_number"),
            budget=read(self.budget, parse, "new_task.not_money") if budget else None,
            batch=self.name,
            **self.more.values(),
        )
        prompts, reviews = prompts_of(template) if self.pipeline else ((), ())
        base = replace(base, review_after=reviews)
        return Layout(base=base, goal="" if self.pipeline else template, prompts=prompts, title=text_of(self.title))

    def blame_none(self) -> None:
        """Show nothing as wrong."""
        for field in (self.batch, self.title, self.model, self.steps, self.budget, self.limit, self.deadline):
            field.blame("")
