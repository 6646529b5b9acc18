"""The widgets of the Settings tab: a field each, in groups, with what is wrong beside it."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from engine.face import TaskSpec
from ui.elided import ElidedLabel
from ui.inspector.fields import FIELDS, Field, Kind
from ui.long_lines import TextArea
from ui.tasks.inks import Inks, ground, tint
from ui.text import Words
from ui.theme import Tokens

TEXT_LINES = 3
COLUMNS = 3
Editor = QLineEdit | QPlainTextEdit | QComboBox


class FieldBox(QWidget):
    """A label, its editor, and a line for what is wrong."""

    edited = Signal()

    def __init__(self, field: Field, words: Words) -> None:
        """Build it empty."""
        super().__init__()
        self.field = field
        self.label = ElidedLabel(words(f"field.{field.code}"))
        self.label.setToolTip(self.label.text())
        self.problem = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.problem.hide()
        self.editor = self._editor(words)
        self.editor.setAccessibleName(self.label.text())
        self.label.setBuddy(self.editor)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(3)
        for widget in (self.label, self.editor, self.problem):
            layout.addWidget(widget)
        layout.addStretch(1)

    def _editor(self, words: Words) -> Editor:
        if self.field.kind is Kind.CHOICE:
            combo = QComboBox()
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(8)
            for choice in self.field.choices:
                combo.addItem(words(f"choice.{choice}"), choice)
            combo.currentIndexChanged.connect(self.edited)
            return combo
        if self.field.kind is Kind.TEXT:
            text = TextArea()
            text.setFixedHeight(TEXT_LINES * text.fontMetrics().lineSpacing() + 16)
            text.textChanged.connect(self.edited)
            return text
        line = QLineEdit()
        if self.field.hint:
            line.setPlaceholderText(words(self.field.hint))
        line.textChanged.connect(self.edited)
        return line

    def text(self) -> str:
        """Return what is in the field, a choice as its code."""
        if isinstance(self.editor, QComboBox):
            return str(self.editor.currentData())
        return self.editor.text() if isinstance(self.editor, QLineEdit) else self.editor.toPlainText()

    def set_text(self, text: str) -> None:
        """Put this into the field."""
        if isinstance(self.editor, QComboBox):
            self.editor.setCurrentIndex(self.editor.findData(text))
        elif isinstance(self.editor, QLineEdit):
            self.editor.setText(text)
            self.editor.setCursorPosition(0)
        else:
            self.editor.setPlainText(text)

    def set_editable(self, *, editable: bool) -> None:
        """Let it be changed or only read; what is only read can still be selected and copied."""
        if isinstance(self.editor, QComboBox):
            self.editor.setEnabled(editable)
        else:
            self.editor.setReadOnly(not editable)

    def say(self, problem: str) -> None:
        """Say what is wrong; nothing when empty."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.editor.setAccessibleDescription(problem)


class SpecForm(QWidget):
    """All fields of a `TaskSpec`."""

    edited = Signal()

    def __init__(self, words: Words, tokens: Tokens) -> None:
        """Build it empty."""
        super().__init__()
        self._words = words
        self.boxes = {field.code: FieldBox(field, words) for field in FIELDS}
        self._headings: list[QLabel] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 12, 0)
        layout.setSpacing(4)
        for group, fields in groupby(FIELDS, key=lambda field: field.group):
            heading = QLabel(words(f"group.{group}"), textFormat=Qt.TextFormat.PlainText)
            self._headings.append(heading)
            layout.addWidget(heading)
            layout.addLayout(self._grid([self.boxes[field.code] for field in fields]))
        layout.addStretch(1)
        for box in self.boxes.values():
            box.edited.connect(self.edited)
        self.set_tokens(tokens)

    def _grid(self, boxes: list[FieldBox]) -> QGridLayout:
        """Texts take a row of their own, the others share one."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        row, column = 0, 0
        for box in boxes:
            wide = box.field.kind is Kind.TEXT or box.field.code == "title"
            if column and (wide or column == COLUMNS):
                row, column = row + 1, 0
            grid.addWidget(box, row, column, 1, COLUMNS if wide else 1)
            row, column = (row + 1, 0) if wide else (row, column + 1)
        for number in range(COLUMNS):
            grid.setColumnStretch(number, 1)
        return grid

    def show_spec(self, spec: TaskSpec) -> None:
        """Show what was asked."""
        with QSignalBlocker(self):
            for box in self.boxes.values():
                box.set_text(box.field.read(spec))
                box.say("")

    def texts(self) -> dict[str, str]:
        """Return what is in the fields."""
        return {code: box.text() for code, box in self.boxes.items()}

    def show_problems(self, said: dict[str, str]) -> None:
        """Say what is wrong beside the fields, and go to the first of them."""
        for code, box in self.boxes.items():
            box.say(said.get(code, ""))
        first = next((box for code, box in self.boxes.items() if code in said), None)
        if first is not None:
            first.editor.setFocus()

    def set_editable(self, *, editable: bool) -> None:
        """Let all be changed or only read."""
        for box in self.boxes.values():
            box.set_editable(editable=editable)

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        inks = Inks(tokens, self.font())
        ground(self, inks["panel"])
        for heading in self._headings:
            heading.setFont(inks.heading)
            tint(heading, inks["text"])
        for box in self.boxes.values():
            box.label.setFont(inks.label)
            tint(box.label, inks["dim"])
            box.problem.setFont(inks.label)
            tint(box.problem, inks["failed"])
