"""Parts of forms: a labelled field with its problem below it, and what reads numbers and amounts from text."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from engine.face import DroverError
from ui.bars import plain_label
from ui.long_lines import TextArea
from ui.theme import restyle

T = TypeVar("T")
Input_co = TypeVar("Input_co", bound=QWidget, covariant=True)


class Field(QWidget, Generic[Input_co]):
    """A label, an input, and what is wrong with it, until it is changed."""

    def __init__(self, label: str, field: Input_co) -> None:
        """Put `field` under its label."""
        super().__init__()
        self._field = field
        field.setAccessibleName(label)
        caption = plain_label(label)
        caption.setObjectName("dim")
        caption.setBuddy(field)
        self._problem = plain_label("")
        self._problem.setObjectName("error")
        self._problem.setWordWrap(True)
        self._problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (caption, field, self._problem):
            layout.addWidget(widget)
        for each in (field, *field.findChildren(QWidget)):
            if isinstance(each, (QLineEdit, QPlainTextEdit)):
                each.textChanged.connect(self._changed)
            elif isinstance(each, QComboBox):
                each.currentIndexChanged.connect(self._changed)

    @property
    def field(self) -> Input_co:
        """The input."""
        return self._field

    def blame(self, problem: str) -> None:
        """Show what is wrong, or nothing for an empty text."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self.field.setProperty("wrong", bool(problem))
        restyle(self.field)

    def _changed(self) -> None:
        if self.problem:
            self.blame("")

    @property
    def problem(self) -> str:
        """What is shown as wrong."""
        return self._problem.text()


class WrongInputError(ValueError):
    """A field's text cannot be read."""

    def __init__(self, field: Field[QWidget], code: str) -> None:
        """Name the field and the words of what is wrong."""
        super().__init__(code)
        self.field = field
        self.code = code


def line(text: str = "", hint: str = "") -> QLineEdit:
    """Return a line of input."""
    edit = QLineEdit(text)
    edit.setPlaceholderText(hint)
    return edit


def area(text: str = "", hint: str = "", rows: int = 4) -> QPlainTextEdit:
    """Return an area of plain text in which Tab goes on to the next field."""
    edit = TextArea(text)
    edit.setPlaceholderText(hint)
    edit.setMinimumHeight(rows * edit.fontMetrics().lineSpacing() + 20)
    edit.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    return edit


class _Choice(QComboBox):
    """Gives values back as they are: Qt makes a plain text of a StrEnum's member, which `is` none of them any more."""

    def __init__(self, options: Sequence[tuple[str, object]], chosen: object) -> None:
        super().__init__()
        self._values = [value for _, value in options]
        for text, value in options:
            self.addItem(text, value)
        self.setCurrentIndex(max(0, self.findData(chosen)))

    def currentData(self, role: int = Qt.ItemDataRole.UserRole) -> object:
        """See QComboBox."""
        del role
        return self._values[self.currentIndex()] if self._values else None


def choice(options: Sequence[tuple[str, object]], chosen: object = None) -> QComboBox:
    """Return a box of (text, value)."""
    return _Choice(options, chosen)


def text_of(field: Field[QWidget]) -> str:
    """Return a field's text."""
    widget = field.field
    if isinstance(widget, QPlainTextEdit):
        return widget.toPlainText()
    if isinstance(widget, QLineEdit):
        return widget.text()
    return widget.currentText() if isinstance(widget, QComboBox) else ""


def read(field: Field[QWidget], convert: Callable[[str], T], code: str) -> T:
    """Return a field's value; raises `WrongInputError`."""
    try:
        return convert(text_of(field).strip())
    except ValueError:
        raise WrongInputError(field, code) from None


@contextmanager
def at_field(field: Field[QWidget]) -> Generator[None]:
    """Turn an error of the engine into one of this field."""
    try:
        yield
    except DroverError as error:
        raise WrongInputError(field, f"error.{error.code}") from None


def grid(rows: Sequence[Sequence[QWidget]], columns: int = 3) -> QGridLayout:
    """Lay widgets out in rows of equal columns."""
    layout = QGridLayout()
    layout.setHorizontalSpacing(16)
    layout.setVerticalSpacing(12)
    for number, row in enumerate(rows):
        for place, widget in enumerate(row):
            layout.addWidget(widget, number, place, Qt.AlignmentFlag.AlignTop)
    for place in range(columns):
        layout.setColumnStretch(place, 1)
    return layout


def pairs(text: str) -> dict[str, str]:
    """Return "name = value" lines as a mapping; raises ValueError."""
    found: dict[str, str] = {}
    for each in filter(str.strip, text.splitlines()):
        name, sign, value = each.partition("=")
        if not sign or not name.strip():
            raise ValueError(each)
        found[name.strip()] = value.strip()
    return found


def heading(text: str, pixels: int = 17) -> QLabel:
    """Return a dialog's heading."""
    label = plain_label(text)
    font = label.font()
    font.setPixelSize(pixels)
    font.setWeight(font.Weight.DemiBold)
    label.setFont(font)
    return label
