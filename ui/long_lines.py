"""Very long lines without a space: Qt's layout of one takes time with its square, 200 kB of them minutes of a window.

Where text is edited the line is broken anywhere, which is linear and changes nothing in the text. Where text is only
shown, a line break is put in.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QMimeData, QSize
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QPlainTextEdit

LONGEST = 2000
"""Characters of a word that are laid out as a word."""
_WORD = re.compile(rf"\S{{{LONGEST}}}(?=\S)")
_RUN = re.compile(rf"\S{{{LONGEST + 1}}}")


def unbroken(text: str) -> bool:
    """Whether there is a word that is laid out too slowly."""
    return _RUN.search(text) is not None


def broken(text: str) -> str:
    """Return text to be shown: no word of it is longer than `LONGEST`."""
    return _WORD.sub(lambda found: found[0] + "\n", text) if unbroken(text) else text


class TextArea(QPlainTextEdit):
    """An area of plain text that takes a paste of any shape. Tab goes on to the next field."""

    def __init__(self, text: str = "") -> None:
        """Build it with a text."""
        super().__init__()
        self.setTabChangesFocus(True)
        self.setPlainText(text)

    def sizeHint(self) -> QSize:
        """See QWidget; no higher than it must be, so that a form of several fits its dialog."""
        return QSize(super().sizeHint().width(), max(self.minimumHeight(), self.minimumSizeHint().height()))

    def setPlainText(self, text: str) -> None:
        """See QPlainTextEdit."""
        self._wrap(anywhere=unbroken(text))
        super().setPlainText(text)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """See QPlainTextEdit: what is pasted or dropped."""
        if unbroken(source.text()):
            self._wrap(anywhere=True)
        super().insertFromMimeData(source)

    def _wrap(self, *, anywhere: bool) -> None:
        modes = QTextOption.WrapMode
        self.setWordWrapMode(modes.WrapAnywhere if anywhere else modes.WrapAtWordBoundaryOrAnywhere)
