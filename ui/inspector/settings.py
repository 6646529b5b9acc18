"""The Settings tab: everything that was asked of a task, editable while it is at rest."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout

from engine.face import Action, DroverError, InvalidSpecError, TaskId, TaskSnapshot, TaskSpec, allowed, problems
from ui.inspector.fields import build
from ui.inspector.form import SpecForm
from ui.inspector.services import InspectorServices
from ui.inspector.tab import TaskTab
from ui.tasks.inks import Inks, tint
from ui.text import Words
from ui.theme import Tokens

WRONG = {
    "budget": "new_task.not_money",
    "context": "new_task.not_context",
    "priority": "edit.not_priority",
    "not_before_ms": "new_task.not_a_time",
}
"""What to say of text that is no value of its field; all others take a number."""


class SettingsTab(TaskTab):
    """A form over a `TaskSpec`. What the person typed stays until they save or revert it, or choose another task."""

    def __init__(self, services: InspectorServices, words: Words, tokens: Tokens) -> None:
        """Build it empty."""
        super().__init__()
        self._services, self._words = services, words
        self._task: TaskId | None = None
        self._spec: TaskSpec | None = None
        self._editable = False
        self.form = SpecForm(words, tokens)
        self.note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.save = QPushButton(words("edit.save"))
        self.revert = QPushButton(words("edit.revert"))
        self._arrange()
        self.form.edited.connect(self._update)
        self.save.clicked.connect(self._save)
        self.revert.clicked.connect(self._revert)
        self.set_tokens(tokens)

    def _arrange(self) -> None:
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(self.form)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        foot = QHBoxLayout()
        foot.addWidget(self.note, 1)
        foot.addWidget(self.revert)
        foot.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 8)
        layout.addWidget(area, 1)
        layout.addLayout(foot)

    def show_task(self, task: TaskSnapshot | None) -> None:
        """See `TaskTab`; what is being edited is not overwritten by news of the same task."""
        self.setEnabled(task is not None)
        if task is None:
            self._task = self._spec = None
            return
        other = task.id != self._task
        spec_before, self._task, self._spec = self._spec, task.id, task.spec
        self._editable = Action.EDIT in allowed(task.state, task.standing.reason)
        if other or (task.spec != spec_before and not self._dirty(spec_before)):
            self.note.clear()
            self.form.show_spec(task.spec)
        self._update()

    def _dirty(self, spec: TaskSpec | None) -> bool:
        if spec is None:
            return False
        built, wrong = build(spec, self.form.texts())
        return bool(wrong) or built != spec

    def _update(self) -> None:
        dirty = self._editable and self._dirty(self._spec)
        self.form.set_editable(editable=self._editable)
        self.save.setVisible(self._editable)
        self.revert.setVisible(self._editable)
        self.save.setEnabled(dirty)
        self.revert.setEnabled(dirty)
        if not self._editable:
            self.note.setText(self._words("edit.locked"))
        elif dirty or self.note.text() == self._words("edit.locked"):
            self.note.clear()

    def _revert(self) -> None:
        if self._spec is not None:
            self.form.show_spec(self._spec)
            self._update()

    def _save(self) -> None:
        if self._spec is None or self._task is None:
            return
        built, wrong = build(self._spec, self.form.texts())
        said = {code: self._words(WRONG.get(code, "new_task.not_a_number")) for code in wrong}
        said |= {problem.field: self._words(f"error.{problem.code}") for problem in problems(built)}
        self.form.show_problems(said)
        if not said:
            self.save.setEnabled(False)
            self._services.spawn(self._send(self._task, built))

    async def _send(self, task: TaskId, spec: TaskSpec) -> None:
        try:
            await self._services.on_edit(task, spec)
        except InvalidSpecError as error:
            self._refused(task, {found.field: self._words(f"error.{found.code}") for found in error.problems}, error)
        except DroverError as error:
            self._refused(task, {}, error)
        else:
            if task == self._task:
                self.note.setText(self._words("edit.saved"))

    def _refused(self, task: TaskId, said: dict[str, str], error: DroverError) -> None:
        if task == self._task:
            self.form.show_problems(said)
            self._update()
            self.note.setText("" if said else self._words.error(error))

    def set_tokens(self, tokens: Tokens) -> None:
        """See `TaskTab`."""
        inks = Inks(tokens, self.font())
        self.note.setFont(inks.row_text)
        tint(self.note, inks["dim"])
        self.form.set_tokens(tokens)
