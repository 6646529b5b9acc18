"""The dialog that begins a task anew from another's checkpoint: what is changed from there on, the rest as it was."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.face import DroverError, InvalidSpecError, RecipeName, TaskSpec, as_text, parse, plain, prompts_of, validate
from ui.bars import plain_label
from ui.dialogs.form import Field, WrongInputError, area, grid, heading, line, read, text_of
from ui.dialogs.growing import GrowingDialog
from ui.dialogs.model_choice import ModelChoice
from ui.services import ProviderView
from ui.text import Words


class ForkTask(GrowingDialog):
    """Emits `made` with the spec and whether it begins paused; stays open until it is told that it was taken."""

    made = Signal(object, bool)

    def __init__(
        self, words: Words, providers: tuple[ProviderView, ...], spec: TaskSpec, step: int, parent: QWidget
    ) -> None:
        """Begin with what was asked of the task that is forked after `step` steps."""
        super().__init__(parent)
        self._words, self._spec = words, spec
        self.setWindowTitle(words("fork.title"))
        self.setModal(True)
        self.setMinimumWidth(620)
        pipeline = spec.recipe is RecipeName.PIPELINE
        budget = plain(spec.budget) if spec.budget is not None else ""
        self.name = Field(words("new_task.name"), line(words("fork.name", name=spec.name)))
        self.name.field.setCursorPosition(0)
        self.models = ModelChoice(providers, spec.provider, spec.model)
        self.model = Field(words("new_task.provider_model"), self.models)
        asked = as_text(spec.prompts, spec.review_after) if pipeline else spec.goal
        label = words("new_task.prompts") if pipeline else words("new_task.goal")
        self.asked = Field(label, area(asked, rows=6))
        self.steps = Field(words("new_task.steps"), line(str(spec.max_steps)))
        self.budget = Field(words("new_task.budget"), line(budget, words("new_task.budget_hint")))
        self.steps.setVisible(not pipeline)
        self._problem = plain_label("")
        self._problem.setObjectName("error")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._build(step)

    def _build(self, step: int) -> None:
        about = plain_label(self._words.counted("fork.about", step))
        about.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(heading(self._words("fork.title")))
        layout.addWidget(about)
        layout.addWidget(self.asked)
        layout.addLayout(grid([[self.name, self.model], [self.steps, self.budget]], columns=2))
        layout.addWidget(self._problem)
        layout.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        cancel, paused = QPushButton(self._words("new_task.cancel")), QPushButton(self._words("new_task.add_paused"))
        self.start_button = QPushButton(self._words("fork.start"))
        self.start_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.start_button.setDefault(True)
        cancel.clicked.connect(self.reject)
        paused.clicked.connect(lambda: self._submit(paused=True))
        self.start_button.clicked.connect(lambda: self._submit(paused=False))
        for button in (cancel, paused, self.start_button):
            row.addWidget(button)
        return row

    def show_problem(self, error: DroverError) -> None:
        """Show why the engine did not take it: at its field where it has one."""
        fields = {"goal": self.asked, "prompts": self.asked, "title": self.name, "model": self.model}
        fields |= {"max_steps": self.steps, "budget": self.budget}
        problems = error.problems if isinstance(error, InvalidSpecError) else ()
        for problem in problems:
            field = fields.get(problem.field)
            if field is not None:
                field.blame(self._words(f"error.{problem.code}"))
        elsewhere = not problems or any(problem.field not in fields for problem in problems)
        self._say(self._words.error(error) if elsewhere else "")

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _submit(self, *, paused: bool) -> None:
        self._say("")
        for field in (self.asked, self.name, self.model, self.steps, self.budget):
            field.blame("")
        try:
            spec = validate(self.spec())
        except WrongInputError as wrong:
            wrong.field.blame(self._words(wrong.code))
            wrong.field.field.setFocus()
        except InvalidSpecError as error:
            self.show_problem(error)
        else:
            self.made.emit(spec, paused)

    def spec(self) -> TaskSpec:
        """Return what is asked of the fork; raises `WrongInputError`."""
        pipeline = self._spec.recipe is RecipeName.PIPELINE
        asked = text_of(self.asked)
        prompts, reviews = prompts_of(asked) if pipeline else ((), self._spec.review_after)
        budget = text_of(self.budget).strip()
        return replace(
            self._spec,
            title=text_of(self.name).strip(),
            provider=self.models.provider,
            model=self.models.model,
            goal=self._spec.goal if pipeline else asked.strip(),
            prompts=prompts,
            review_after=reviews,
            max_steps=self._spec.max_steps if pipeline else read(self.steps, int, "new_task.not_a_number"),
            budget=read(self.budget, parse, "new_task.not_money") if budget else None,
        )
