"""The toolbar: the acts on the selected tasks, the acts on all, the filter, the menu."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QMenu, QPushButton, QToolButton, QWidget

from ui.actions import TaskActions
from ui.text import Words

HEIGHT = 48
WIDE = 250
"""Pixels of the filter where there is room."""
NARROW = 200
"""Pixels below which the filter shows its words rather than its keys."""


class Toolbar(QFrame):
    """Buttons that follow their actions."""

    def __init__(self, words: Words, actions: TaskActions) -> None:
        """Build it."""
        super().__init__()
        self.setObjectName("toolbar")
        self.setFixedHeight(HEIGHT)
        self.new_task = QPushButton(words("action.new_task"))
        self.new_task.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.import_batch = QPushButton(words("action.import"))
        self.go = _button(actions.go)
        self.pause = _button(actions.pause)
        pauses = QMenu(self.pause)
        pauses.addActions([actions.pause_step, actions.pause_now])
        self.pause.setMenu(pauses)
        self.pause.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.cancel, self.retry = _button(actions.cancel), _button(actions.retry)
        self.pause_all, self.resume_all = _button(actions.pause_all), _button(actions.resume_all)
        self.filter = FilterLine(words("filter.shortcut"))
        self.filter.setPlaceholderText(words("filter.placeholder"))
        self.filter.setAccessibleName(words("filter.name"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(NARROW // 2)
        self.filter.setMaximumWidth(WIDE)
        self.menu = QMenu(self)
        menu_button = QToolButton()
        menu_button.setText("☰")
        menu_button.setAccessibleName(words("action.menu"))
        menu_button.setMenu(self.menu)
        menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu_button.setStyleSheet("QToolButton::menu-indicator { image: none; width: 0; }")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(6)
        row.addWidget(self.new_task)
        row.addWidget(self.import_batch)
        for group in ((self.go, self.pause, self.cancel, self.retry), (self.pause_all, self.resume_all)):
            row.addWidget(_separator())
            for button in group:
                row.addWidget(button)
        row.addStretch()
        row.addWidget(self.filter, 1)  # gives way before the buttons do
        row.addWidget(menu_button)


class FilterLine(QLineEdit):
    """A line that shows which keys lead to it, until something is in it."""

    def __init__(self, keys: str) -> None:
        """Build it empty."""
        super().__init__()
        self.keys = QLabel(keys, self, textFormat=Qt.TextFormat.PlainText)
        self.keys.setObjectName("keys")
        self.keys.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setToolTip(keys)
        self.textChanged.connect(self._show_keys)

    def _show_keys(self) -> None:
        self.keys.setHidden(bool(self.text()) or self.width() < NARROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self._show_keys()
        self.keys.adjustSize()
        self.keys.move(self.width() - self.keys.width() - 8, (self.height() - self.keys.height()) // 2)


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _separator() -> QWidget:
    line = QFrame()
    line.setObjectName("separator")
    line.setFixedSize(1, 20)
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(6, 0, 6, 0)
    row.addWidget(line)
    return holder
