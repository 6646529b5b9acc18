"""The template with its columns as buttons, and beside it what it makes of the row that is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.face import Column, place
from ui.bars import plain_label
from ui.dialogs.form import Field, area
from ui.plain import readable
from ui.text import Words

CHIPS = 60
"""Columns with a button; others are typed."""
ROWS = 6
LONGEST = 20_000
"""Characters of a text that are shown."""


class TemplateEditor(QWidget):
    """Edits one template and shows its text."""

    changed = Signal()

    def __init__(self, words: Words) -> None:
        """Begin empty."""
        super().__init__()
        self._words = words
        self.template = Field(words("import.template"), area(hint=words("import.template_hint"), rows=ROWS))
        self.shown = area(rows=ROWS)
        self.shown.setReadOnly(True)
        self.shown.setAccessibleName(words("import.becomes"))
        self._caption = plain_label(words("import.becomes"))
        self._caption.setObjectName("dim")
        self._chips = QWidget()
        self._scroll = _strip(self._chips)
        self._build()
        self.template.field.textChanged.connect(self.changed)

    def _build(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self._caption)
        right.addWidget(self.shown, 1)
        side = QHBoxLayout()
        side.setSpacing(16)
        side.addWidget(self.template, 1)
        side.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._scroll)
        layout.addLayout(side)

    @property
    def text(self) -> str:
        """The template."""
        return self.template.field.toPlainText()

    def offer(self, columns: Sequence[Column]) -> None:
        """Offer these columns."""
        self._chips = QWidget()
        row = QHBoxLayout(self._chips)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(_dim(self._words("import.columns")))
        for column in columns[:CHIPS]:
            row.addWidget(self._chip(column))
        if len(columns) > CHIPS:
            row.addWidget(_dim(self._words("import.more_columns", count=f"{len(columns) - CHIPS:,}")))
        row.addStretch(1)
        self._scroll.setWidget(self._chips)
        self._chips.setAutoFillBackground(False)
        self._scroll.setVisible(bool(columns))

    def show_text(self, text: str, row: int | None) -> None:
        """Show what a row becomes."""
        self._caption.setText(self._words("import.becomes_row", row=row) if row else self._words("import.becomes"))
        self.shown.setPlainText(readable(text[:LONGEST]))

    def _chip(self, column: Column) -> QPushButton:
        chip = QPushButton(place(column)[:60])
        chip.setAutoDefault(False)
        chip.clicked.connect(lambda: self._insert(place(column)))
        return chip

    def _insert(self, text: str) -> None:
        self.template.field.insertPlainText(text)
        self.template.field.setFocus()


def _dim(text: str) -> QLabel:
    label = plain_label(text)
    label.setObjectName("dim")
    return label


def _strip(content: QWidget) -> QScrollArea:
    """Return a row that is scrolled sideways where it is too long."""
    scroll = QScrollArea()
    scroll.setWidget(content)
    scroll.setWidgetResizable(True)
    scroll.setFixedHeight(42)
    scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.viewport().setAutoFillBackground(False)
    scroll.hide()
    return scroll
